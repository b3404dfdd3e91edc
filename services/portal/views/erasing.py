"""The page on which a person is erased."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from tongxin_contracts.members.erasure import ErasureSheetAnswer
from tongxin_contracts.problems import Problem
from tongxin_contracts.words import ErasureGround

from .frame import View


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureView(View):
    """`/members/{member_id}/erase`: POST `ground`, `reason`, `confirmation` (the name); back to the dossier (303)."""

    template: ClassVar[str] = "member_erase.html"
    grounds: ClassVar[tuple[ErasureGround, ...]] = tuple(ErasureGround)
    sheet: ErasureSheetAnswer
    typed: Mapping[str, str] = field(default_factory=dict)
    """What was typed, when it came back."""
    problem: Problem | None = None
