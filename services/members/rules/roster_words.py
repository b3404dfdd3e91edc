"""The many names offices give sectors, parties and ranks in their lists, and the one word each stands for."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from tongxin_contracts.words import MemberRank, Party, Sector


def sector_key(text: str) -> str:
    """A sector's name without the words every list uses differently."""
    key = re.sub(r"[\s、，,和与及()]", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"(?:界别|界|人士|委员|组)+$", "", key)


def _sector_names() -> Iterable[tuple[str, Sector]]:
    for sector in Sector:
        yield sector.label, sector
    for party in Party:
        twin = next((sector for sector in Sector if sector.value == party.value), None)
        if twin is not None:
            yield party.label, twin
    yield from _MORE_SECTOR_NAMES


_MORE_SECTOR_NAMES: Final = (
    ("农工民主党", Sector.CPWDP),
    ("农工", Sector.CPWDP),
    ("致公", Sector.ZHIGONG),
    ("九三", Sector.JIUSAN),
    ("无党派", Sector.NON_PARTY),
    ("共青团", Sector.YOUTH),
    ("青联", Sector.YOUTH),
    ("中国共产主义青年团和中华全国青年联合会", Sector.YOUTH),
    ("工会", Sector.TRADE_UNIONS),
    ("中华全国总工会", Sector.TRADE_UNIONS),
    ("妇女联合会", Sector.WOMEN),
    ("中华全国妇女联合会", Sector.WOMEN),
    ("工商业联合会", Sector.INDUSTRY_AND_COMMERCE),
    ("中华全国工商业联合会", Sector.INDUSTRY_AND_COMMERCE),
    ("科学技术协会", Sector.SCIENCE_ASSOCIATION),
    ("中国科学技术协会", Sector.SCIENCE_ASSOCIATION),
    ("台胞", Sector.TAIWAN_COMPATRIOTS),
    ("中华全国台湾同胞联谊会", Sector.TAIWAN_COMPATRIOTS),
    ("归国华侨联合会", Sector.RETURNED_OVERSEAS_CHINESE),
    ("中华全国归国华侨联合会", Sector.RETURNED_OVERSEAS_CHINESE),
    ("文艺", Sector.CULTURE_AND_ARTS),
    ("文化", Sector.CULTURE_AND_ARTS),
    ("科技", Sector.SCIENCE_AND_TECHNOLOGY),
    ("社科", Sector.SOCIAL_SCIENCES),
    ("农业和农村", Sector.AGRICULTURE),
    ("农林", Sector.AGRICULTURE),
    ("新闻", Sector.PRESS_AND_PUBLISHING),
    ("医卫", Sector.MEDICINE_AND_HEALTH),
    ("医疗卫生", Sector.MEDICINE_AND_HEALTH),
    ("社会福利", Sector.SOCIAL_WELFARE),
    ("社会保障", Sector.SOCIAL_WELFARE),
    ("环保", Sector.ENVIRONMENT_AND_RESOURCES),
    ("资源环境", Sector.ENVIRONMENT_AND_RESOURCES),
    ("民族", Sector.ETHNIC_MINORITIES),
    ("香港", Sector.INVITED_HONG_KONG),
    ("澳门", Sector.INVITED_MACAO),
    ("特邀", Sector.SPECIALLY_INVITED),
)
SECTORS: Final[Mapping[str, Sector]] = {sector_key(name): sector for name, sector in _sector_names()}

PARTIES: Final[Mapping[str, Party]] = {
    **{party.label: party for party in Party},
    **dict.fromkeys(("中共", "中共党员", "党员", "中共预备党员", "共产党员"), Party.CPC),
    **dict.fromkeys(("民革", "民革党员"), Party.RCCK),
    **dict.fromkeys(("民盟", "民盟盟员"), Party.CDL),
    **dict.fromkeys(("民建", "民建会员"), Party.CNDCA),
    **dict.fromkeys(("民进", "民进会员"), Party.CAPD),
    **dict.fromkeys(("农工党", "农工民主党", "农工党党员"), Party.CPWDP),
    **dict.fromkeys(("致公党", "致公党党员"), Party.ZHIGONG),
    **dict.fromkeys(("九三", "九三学社社员"), Party.JIUSAN),
    **dict.fromkeys(("台盟", "台盟盟员"), Party.TSL),
    **dict.fromkeys(("无党派", "无党派民主人士"), Party.NON_PARTY),
    **dict.fromkeys(("共青团", "团员"), Party.YOUTH_LEAGUE),
}
RANKS: Final[Mapping[str, MemberRank]] = {
    **{rank.label: rank for rank in MemberRank},
    "常委": MemberRank.STANDING_MEMBER,
    "政协委员": MemberRank.MEMBER,
    "政协常委": MemberRank.STANDING_MEMBER,
}
