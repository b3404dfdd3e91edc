"""The invented committees of the demo city and where their members work and gather."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tongxin_contracts.words import Sector


@dataclass(frozen=True, slots=True)
class DemoCommittee:
    """One committee of the demo data."""

    code: str
    """Like GB/T 2260; no such division exists."""
    place: str
    name: str
    members: int
    groups: tuple[str, ...]
    """Its liaison groups."""
    first_phone: int
    """Members' phones count up from here; the block is made up and no two committees share one."""
    rare: tuple[str, ...]
    """Rare characters among its members' names."""


CITY: Final = DemoCommittee(
    code="340900",
    place="安和市",
    name="政协安和市委员会",
    members=320,
    groups=(
        "市直机关联络组",
        "城东区联络组",
        "城西区联络组",
        "经济开发区联络组",
        "清源县联络组",
        "云岭县联络组",
    ),
    first_phone=19_900_001_001,
    rare=("𠮷", "䶮", "喆", "翀", "㭎", "燚"),
)
COUNTY: Final = DemoCommittee(
    code="340921",
    place="清源县",
    name="政协清源县委员会",
    members=130,
    groups=(
        "城关镇联络组",
        "河湾镇联络组",
        "青石桥镇联络组",
        "柳溪镇联络组",
        "古渡镇联络组",
        "云塘乡联络组",
        "茶岭乡联络组",
        "沙洲乡联络组",
        "北埠乡联络组",
        "梅冲乡联络组",
    ),
    first_phone=19_900_005_001,
    rare=("喆", "堃", "翀", "燚"),
)
BESIDE: Final = DemoCommittee(
    code="340922",
    place="云岭县",
    name="政协云岭县委员会",
    members=60,
    groups=("云岭镇联络组", "石鼓镇联络组", "竹海乡联络组"),
    first_phone=19_900_008_001,
    rare=("䶮", "淼"),
)

LAKE: Final = DemoCommittee(
    code="340923",
    place="月湖县",
    name="政协月湖县委员会",
    members=50,
    groups=("湖口镇联络组", "荷塘镇联络组", "枫林乡联络组"),
    first_phone=19_900_009_001,
    rare=("淼", "翀"),
)
PLACES: Final = (CITY, COUNTY, BESIDE, LAKE)
"""The city first; 云岭县 reckons points as row 08 does, 月湖县 reviews in the four rounds of row 58."""

SPECIAL_COMMITTEES: Final = (
    "提案委员会",
    "经济委员会",
    "农业和农村委员会",
    "人口资源环境委员会",
    "教科卫体委员会",
    "社会法制委员会",
    "民族宗教侨务委员会",
    "文化文史和学习委员会",
)

_OFFICE: Final = (
    (
        "{place}发展和改革委员会",
        "{place}住房和城乡建设局",
        "{place}司法局",
        "{place}交通运输局",
        "{place}统计局",
    ),
    ("副局长", "总工程师", "科长", "四级调研员"),
)
_COMPANY: Final = (
    (
        "{place}江淮机电有限公司",
        "{place}禾丰食品有限公司",
        "{place}远帆物流有限公司",
        "{place}晨光建材有限公司",
    ),
    ("董事长", "总经理", "副总经理", "财务总监"),
)

WORKPLACES: Final[Mapping[Sector, tuple[tuple[str, ...], tuple[str, ...]]]] = MappingProxyType(
    {
        Sector.CPC: (("{place}委办公室", "{place}委党校", "{place}档案馆"), ("副主任", "副校长", "馆长")),
        Sector.RCCK: _OFFICE,
        Sector.CDL: (("{place}第三中学", "{place}师范学校"), ("副校长", "高级教师", "教研组长")),
        Sector.CNDCA: _COMPANY,
        Sector.CAPD: (("{place}文化馆", "{place}第一中学"), ("副馆长", "一级教师")),
        Sector.CPWDP: (("{place}人民医院", "{place}中医院"), ("主任医师", "副院长", "护士长")),
        Sector.JIUSAN: (("{place}农业科学研究所", "{place}环境监测站"), ("研究员", "高级工程师")),
        Sector.NON_PARTY: _OFFICE,
        Sector.YOUTH: (("共青团{place}委员会", "{place}青年创业园"), ("书记", "副书记", "创业导师")),
        Sector.TRADE_UNIONS: (("{place}总工会", "{place}纺织厂工会"), ("副主席", "工会主席\n兼女工委主任")),
        Sector.WOMEN: (("{place}妇女联合会", "{place}家庭教育指导中心"), ("副主席", "主任")),
        Sector.INDUSTRY_AND_COMMERCE: _COMPANY,
        Sector.SCIENCE_ASSOCIATION: (("{place}科学技术协会", "{place}科技馆"), ("副主席", "馆长")),
        Sector.RETURNED_OVERSEAS_CHINESE: (
            ("{place}归国华侨联合会", "{place}侨兴茶业有限公司"),
            ("秘书长", "总经理"),
        ),
        Sector.CULTURE_AND_ARTS: (("{place}黄梅戏剧团", "{place}书画院"), ("一级演员", "画师", "团长")),
        Sector.SCIENCE_AND_TECHNOLOGY: (("{place}智能装备研究院", "{place}信息中心"), ("高级工程师", "主任")),
        Sector.SOCIAL_SCIENCES: (("{place}社会科学界联合会", "{place}地方志办公室"), ("副主席", "编审")),
        Sector.ECONOMY: _COMPANY,
        Sector.AGRICULTURE: (
            ("{place}禾苗种植专业合作社", "{place}清水渔业家庭农场", "{place}农业技术推广中心"),
            ("理事长", "农场主", "推广研究员"),
        ),
        Sector.EDUCATION: (
            ("{place}实验小学", "{place}第二中学", "{place}职业技术学校"),
            ("校长", "高级教师", "班主任"),
        ),
        Sector.SPORTS: (("{place}少年体育学校", "{place}体育中心"), ("教练", "主任")),
        Sector.PRESS_AND_PUBLISHING: (("{place}融媒体中心", "{place}新华书店"), ("主任编辑", "经理")),
        Sector.MEDICINE_AND_HEALTH: (
            ("{place}人民医院", "{place}疾病预防控制中心"),
            ("主任医师", "主管技师", "科主任"),
        ),
        Sector.SOCIAL_WELFARE: (("{place}社会福利院", "{place}颐和养老服务中心"), ("院长", "主任")),
        Sector.ENVIRONMENT_AND_RESOURCES: (
            ("{place}生态环境局", "{place}湿地保护中心"),
            ("高级工程师", "主任"),
        ),
        Sector.ETHNIC_MINORITIES: (("{place}民族小学", "{place}清真食品有限公司"), ("校长", "经理")),
        Sector.RELIGION: (("{place}佛教协会", "{place}道教协会"), ("副会长", "秘书长")),
        Sector.SPECIALLY_INVITED: _OFFICE,
    }
)
"""Sector -> employers and posts; sectors that are not here have no members in the demo."""
