"""Review in rounds as data: who sits in each, what each may decide, and what a decision needs.

Always holds: every decision names the scheme's version; not filing names one of the scheme's grounds; returning says
what is to be changed; in the last round every outcome takes effect, before it only those the round says, the others
are what this round recommends to the next. A round that takes only what is disputed is skipped by the rest; the
last round takes everything, so nothing is decided without it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from tongxin_contracts.plain_text import tidy, unusable_characters, visible_length
from tongxin_contracts.refusals import FieldError, FieldsRefused, Refused
from tongxin_contracts.words import ConvertTarget, Ground, ReviewOutcome, RoundTakes, Word

from .states import Step

W = TypeVar("W", bound=Word)

REASON_MAX: Final = 1000
"""Visible characters of a reason or an explanation."""
ROUNDS_MAX: Final = 4
TEXT_MAX: Final = 60
SEATS: Final = (
    "proposals_office",
    "review_group",
    "proposals_committee",
    "inspection_office",
    "chairs_meeting",
)
"""Roles that can sit in a round: those that hold the desk's permissions."""

_STEPS: Final[Mapping[ReviewOutcome, Step]] = {
    ReviewOutcome.FILE: Step.FILE,
    ReviewOutcome.RETURN: Step.RETURN,
    ReviewOutcome.NOT_FILE: Step.NOT_FILE,
    ReviewOutcome.MERGE: Step.MERGE,
    ReviewOutcome.CONVERT: Step.CONVERT,
}


class SchemeRefused(Refused):
    """The review scheme is not one that can be worked by."""


class WrongRound(Refused):
    """The proposal is with a round that the reviewer does not sit in."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of review."""

    name: str
    """As the committee's rules call it: 提案组初审."""
    seats: tuple[str, ...]
    """Roles that sit in it; anyone of them may record the decision."""
    outcomes: tuple[ReviewOutcome, ...]
    """What it may decide, in the order a page offers it."""
    final: tuple[ReviewOutcome, ...] = ()
    """Outcomes that take effect at once although rounds follow; in the last round all do."""
    takes: RoundTakes = RoundTakes.ALL
    """Which proposals come to it."""


@dataclass(frozen=True, slots=True)
class ReviewScheme:
    """How a committee reviews its proposals."""

    code: str
    version: str
    name: str
    rounds: tuple[Round, ...]
    grounds: tuple[Ground, ...]
    """Grounds on which this committee may refuse to file."""

    @property
    def rule_version(self) -> str:
        """What a decision stores."""
        return f"{self.code}@{self.version}"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a round decided."""

    outcome: ReviewOutcome
    ground: Ground | None = None
    reason: str = ""
    """What is to be changed, or why it is not filed, in the reviewer's words."""
    into: UUID | None = None
    """For a merger: the proposal that goes on."""
    target: ConvertTarget | None = None
    """For a conversion: what it becomes."""
    disputed: bool = False
    """The round was not of one mind."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a decision."""

    step: Step | None
    """What happens to the proposal now; None while it goes to the next round."""
    next_round: int | None
    """Index of the round that has it next; None when the review has ended."""
    rule_version: str
    disputed: bool = False
    """Whether the rounds so far were of two minds."""


ALL_OUTCOMES: Final = tuple(ReviewOutcome)

ONE_ROUND: Final = ReviewScheme(
    code="one_round",
    version="2",
    name="一审制",
    rounds=(Round(name="提案委员会审查", seats=("proposals_office",), outcomes=ALL_OUTCOMES),),
    grounds=tuple(Ground),
)
"""The plainest scheme: the proposals office decides."""


def load_review_scheme(data: Mapping[str, object]) -> ReviewScheme:
    """Read a scheme from its JSON; raises SchemeRefused with what to mend."""
    rounds = data.get("rounds")
    if not isinstance(rounds, Sequence) or isinstance(rounds, str) or not 1 <= len(rounds) <= ROUNDS_MAX:
        raise SchemeRefused(f"审查方案的 rounds 应是 1 到 {ROUNDS_MAX} 轮的列表。")
    grounds = _words(data.get("grounds", [ground.value for ground in Ground]), Ground, "审查方案的 grounds")
    if not grounds:
        raise SchemeRefused("审查方案至少要有一条不予立案的情形。")
    read = tuple(_round(item, index + 1) for index, item in enumerate(rounds))
    for place, one in (("第一轮", read[0]), ("最后一轮", read[-1])):
        if one.takes is not RoundTakes.ALL:
            raise SchemeRefused(f"{place}“{one.name}”应审查全部提案，takes 请写 all。")
    if ReviewOutcome.FILE not in read[-1].outcomes:
        raise SchemeRefused(f"最后一轮“{read[-1].name}”的 outcomes 必须包含 file（立案）。")
    return ReviewScheme(
        code=_text(data, "code"),
        version=_text(data, "version"),
        name=_text(data, "name"),
        rounds=read,
        grounds=grounds,
    )


def check_decision(scheme: ReviewScheme, round_index: int, decision: Decision) -> tuple[FieldError, ...]:
    """Everything wrong with a decision; empty when it can be taken."""
    errors: list[FieldError] = []
    now = _round_at(scheme, round_index)
    if decision.outcome not in now.outcomes:
        offered = "、".join(outcome.label for outcome in now.outcomes)
        errors.append(FieldError("outcome", f"“{now.name}”只能作出：{offered}。"))
    if decision.outcome is ReviewOutcome.NOT_FILE:
        if decision.ground is None:
            errors.append(FieldError("ground", "不予立案必须选择一条规定的情形。"))
        elif decision.ground not in scheme.grounds:
            errors.append(FieldError("ground", "本级审查办法没有采用这条情形，请另选一条。"))
    elif decision.ground is not None:
        errors.append(FieldError("ground", f"“{decision.outcome.label}”不需要选择不予立案的情形，请清除。"))
    if decision.outcome is ReviewOutcome.MERGE and decision.into is None:
        errors.append(FieldError("into", "并案必须选定并入哪一件提案。"))
    if decision.outcome is ReviewOutcome.CONVERT and decision.target is None:
        errors.append(FieldError("target", "请选择转为社情民意信息还是意见建议。"))
    reason = tidy(decision.reason)
    if decision.outcome is ReviewOutcome.RETURN and not reason:
        errors.append(FieldError("reason", "退回修改必须写明要改什么，提案人才知道怎样修改。"))
    if visible_length(reason) > REASON_MAX:
        errors.append(FieldError("reason", f"理由太长：最多 {REASON_MAX} 个字，请删减。"))
    if unusable_characters(reason, lines=True):
        errors.append(FieldError("reason", "理由含有不能保存的控制字符，请删去或重新输入。"))
    return tuple(errors)


def decide(
    scheme: ReviewScheme,
    round_index: int,
    decision: Decision,
    earlier: Collection[ReviewOutcome] = (),
    *,
    disputed: bool = False,
) -> Verdict:
    """What a round's decision leads to; raises FieldsRefused with every field at fault.

    `earlier` is what earlier rounds recommended, `disputed` whether they were of two minds already. A proposal is
    disputed when a round says so or when two rounds recommend different things.
    """
    errors = check_decision(scheme, round_index, decision)
    if errors:
        raise FieldsRefused("审查决定还不完整，请修改标出的地方。", errors)
    two_minds = disputed or decision.disputed or any(one is not decision.outcome for one in earlier)
    last = round_index == len(scheme.rounds) - 1
    if last or decision.outcome in scheme.rounds[round_index].final:
        return Verdict(_STEPS[decision.outcome], None, scheme.rule_version, two_minds)
    return Verdict(None, _next_round(scheme, round_index, two_minds), scheme.rule_version, two_minds)


def step_of(outcome: ReviewOutcome) -> Step:
    """The step a decision takes when it takes effect."""
    return _STEPS[outcome]


def require_seat(scheme: ReviewScheme, round_index: int, roles: Collection[str]) -> None:
    """Raise WrongRound unless one of these roles sits in the round."""
    now = _round_at(scheme, round_index)
    if not set(now.seats) & set(roles):
        raise WrongRound(f"这件提案正在“{now.name}”，由本轮审查人员办理，您现在不能作出决定。")


def _next_round(scheme: ReviewScheme, index: int, disputed: bool) -> int:
    following = range(index + 1, len(scheme.rounds))
    return next(at for at in following if disputed or scheme.rounds[at].takes is RoundTakes.ALL)


def _round_at(scheme: ReviewScheme, index: int) -> Round:
    if not 0 <= index < len(scheme.rounds):
        raise SchemeRefused(f"“{scheme.name}”没有第 {index + 1} 轮审查。")
    return scheme.rounds[index]


def _round(data: object, number: int) -> Round:
    place = f"第 {number} 轮"
    if not isinstance(data, Mapping):
        raise SchemeRefused(f"{place}审查应是一个对象，写明 name、seats、outcomes。")
    seats = data.get("seats")
    if not isinstance(seats, Sequence) or isinstance(seats, str) or not seats:
        raise SchemeRefused(f"{place}要在 seats 里写明由谁参加。")
    unknown = [str(seat) for seat in seats if seat not in SEATS]
    if unknown:
        raise SchemeRefused(
            f"{place}的 seats 里没有“{'、'.join(unknown)}”这种席位，只能用：{'、'.join(SEATS)}。"
        )
    outcomes = _words(data.get("outcomes"), ReviewOutcome, f"{place}的 outcomes")
    final = _words(data.get("final", []), ReviewOutcome, f"{place}的 final")
    if not outcomes or not set(final) <= set(outcomes):
        raise SchemeRefused(f"{place}要有 outcomes，final 只能从中选取。")
    (takes,) = _words([data.get("takes", RoundTakes.ALL.value)], RoundTakes, f"{place}的 takes")
    return Round(_text(data, "name", place), tuple(dict.fromkeys(seats)), outcomes, final, takes)


def _text(data: Mapping[str, object], key: str, place: str = "审查方案") -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise SchemeRefused(f"{place}缺少 {key}。")
    if len(value) > TEXT_MAX:
        raise SchemeRefused(f"{place}的 {key} 太长，最多 {TEXT_MAX} 个字。")
    return value.strip()


def _words(value: object, words: type[W], key: str) -> tuple[W, ...]:
    known = {word.value: word for word in words}
    if (
        not isinstance(value, Sequence)
        or isinstance(value, str)
        or not all(isinstance(item, str) and item in known for item in value)
    ):
        raise SchemeRefused(f"{key} 应是列表，只能用：{'、'.join(known)}。")
    return tuple(known[item] for item in dict.fromkeys(value))
