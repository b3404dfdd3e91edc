"""RFC 9457 problem details: what every refusal looks like, on the bus and over HTTP.

Always holds: `type` is stable and for programs, `title` and `detail` are Chinese and tell a person what to do, and
nothing of the inside (stack, SQL, names of machines) is in any field.
"""

from pydantic import BaseModel, ConfigDict

PREFIX = "urn:tongxin:problem:"


class FieldProblem(BaseModel):
    """One field at fault."""

    model_config = ConfigDict(frozen=True)

    field: str
    """Path in the request, dotted: `suggestions.2`."""
    message: str
    """What is wrong and what to do, in Chinese."""


class Problem(BaseModel):
    """The body of every refusal."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: tuple[FieldProblem, ...] = ()
    trace_id: str | None = None
    """What an operator needs to find this request again."""
