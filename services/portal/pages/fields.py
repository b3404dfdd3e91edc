"""From what a form or an address holds to a request: what does not fit is the sender's mistake and no fault of ours."""

from typing import Any, TypeVar

from pydantic import ValidationError
from starlette.datastructures import FormData

from chassis.problems import Malformed
from tongxin_contracts.message import Request

R = TypeVar("R", bound=Request)


def valid(kind: type[R], /, **fields: Any) -> R:
    """The request made of these fields; raises Malformed with what to look at."""
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise Malformed("填写的内容不完整或超出长度，请核对后重试") from error


def texts(form: FormData) -> dict[str, str]:
    """What was typed or chosen, to be put back after a refusal; files and the frame's own fields are left out."""
    return {
        name: value
        for name, value in form.items()
        if isinstance(value, str) and name not in ("csrf", "command_id")
    }
