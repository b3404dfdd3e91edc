"""Makes the demo's many proposals out of matters and places: always the same ones, no two with the same title."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

from tongxin.demo_data.matters import MATTERS, Matter
from tongxin.demo_data.places import BESIDE, CITY, COUNTY, LAKE, DemoCommittee
from tongxin.demo_data.proposal import DemoProposal

_SEED: Final = 20_241_205
_TOWNS: Final[Mapping[str, tuple[str, ...]]] = {
    CITY.code: ("城东街道", "城西街道", "望江街道", "经开区", "大龙镇", "十里街道", "湖滨新区", "白泽镇"),
    **{
        place.code: tuple(group.removesuffix("联络组") for group in place.groups)
        for place in (COUNTY, BESIDE, LAKE)
    },
}
_NUMBERS: Final = "两三四五六七八九"
_WALKED: Final = (
    "{group}委员用{weeks}周时间走访了{places}，召开座谈会{talks}次，收回问卷{forms}份。",
    "今年以来，{group}委员先后{talks}次到{places}实地察看，听取群众和基层干部意见{forms}条。",
    "结合界别活动周，{group}委员在{places}随机访问群众{forms}人，并与有关部门交换了意见。",
)
_FOUND: Final = (
    "群众反映较集中的是：{problem}。受访者中有{share}认为这个问题“比较突出”或“非常突出”。",
    "走访中了解到，{problem}。{share}的受访群众希望尽快解决。",
)
_WHY: Final = (
    "究其原因，主要是{cause}。近年来有关部门做了不少工作，但措施之间衔接不够，见效不稳定。",
    "问题的根子在于：{cause}。外地同类地区的做法表明，责任到单位、时限到月份、结果能公开，是解决问题的关键。",
)


@dataclass(frozen=True, slots=True)
class Written:
    """A proposal and the units that would handle it."""

    proposal: DemoProposal
    lead: str
    co: tuple[str, ...]


def written(place: DemoCommittee, count: int) -> tuple[Written, ...]:
    """The first `count` proposals of a committee; at most as many as matters times towns."""
    chance = random.Random(f"{_SEED} {place.code}")  # noqa: S311  (nothing secret)
    pairs = list(product(MATTERS, _TOWNS[place.code]))
    chance.shuffle(pairs)
    return tuple(_one(matter, town, chance) for matter, town in pairs[:count])


def _one(matter: Matter, town: str, chance: random.Random) -> Written:
    said = {
        "group": chance.choice(("农业界别", "教育界别", "经济界别", "社会福利界别", "本联络组")),
        "places": f"{town}的{chance.choice(_NUMBERS)}个村（社区）",
        "weeks": chance.choice(_NUMBERS),
        "talks": chance.choice(_NUMBERS),
        "forms": chance.randint(46, 480),
        "share": f"{chance.choice('五六七八')}成{chance.choice(('', '以上'))}",
        "problem": matter.problem,
        "cause": matter.cause,
    }
    proposal = DemoProposal(
        title=_title(matter.title, town),
        category=matter.category,
        facts=chance.choice(_WALKED).format(**said) + chance.choice(_FOUND).format(**said),
        analysis=chance.choice(_WHY).format(**said),
        suggestions=matter.suggestions,
    )
    return Written(proposal, matter.lead, matter.co)


def _title(title: str, town: str) -> str:
    """The printed title with the place it is told for."""
    return f"{title}（{town}）"
