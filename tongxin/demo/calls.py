"""清源县 calls for proposals to its next session (提案前置), three weeks ago and open for two months more."""

from datetime import timedelta
from typing import Final

from chassis.calendar import local_date
from tongxin.demo.cast import Office
from tongxin.demo.script import Script, made_id
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.calls import CallForProposals, HintDraft
from tongxin_contracts.words import Category

HINTS: Final = [
    HintDraft(
        title="农村小型水库安全度汛与日常管护",
        text="管护经费从哪里来，谁巡查、谁处置，汛期与平时怎样衔接。",
        category=Category.ECOLOGY,
    ),
    HintDraft(
        title="老旧小区改造后的长效管理",
        text="改造完成以后的物业、维修资金和停车，居民最不满意的是什么。",
        category=Category.SOCIETY,
    ),
    HintDraft(
        title="县域普通高中教师队伍稳定", text="近三年流出与补充的数量和原因。", category=Category.CULTURE
    ),
    HintDraft(
        title="基层医疗机构常用药品配备", text="慢性病患者在乡镇能不能开到药。", category=Category.SOCIETY
    ),
    HintDraft(title="中小企业用工与技能培训", category=Category.ECONOMY),
]


async def call(script: Script, office: Office) -> None:
    """One call, with topics nobody has to write about."""
    opens_on = local_date(script.now) + timedelta(days=75)
    command = CallForProposals(
        committee=office.committee,
        call_id=made_id("call", office.committee),
        year=opens_on.year,
        opens_on=opens_on,
        closes_on=opens_on - timedelta(days=15),
        document=f"关于征集{opens_on.year}年全体会议提案的通知",
        hints=HINTS,
    )
    await script.do(command, office.acting(Role.PROPOSALS_OFFICE), at=script.now - timedelta(days=21))
    script.say(f"{office.place.place}：征集提案，{len(HINTS)} 个选题建议")
