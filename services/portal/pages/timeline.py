"""An aggregate's history in words, the newest first."""

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from services.portal.views import TimelineEntry
from services.portal.views.frame import Tone
from tongxin_contracts.message import HistoryEntry

_WHAT: Final[Mapping[str, tuple[str, Tone]]] = {
    "submit_proposal": ("提交提案", "info"),
    "file_proposal": ("立案", "success"),
    "return_proposal": ("退回修改", "warning"),
    "decline_proposal": ("不予立案", "danger"),
    "recommend_proposal": ("完成一轮审查", "info"),
    "merge_proposal": ("并案", "info"),
    "take_in_merged": ("并入其他提案", "info"),
    "convert_proposal": ("转为其他件", "info"),
    "withdraw_proposal": ("撤回提案", "warning"),
    "review_overdue": ("审查超过规定时限", "danger"),
    "import_roster": ("随名册导入", "info"),
    "pre_dispatch": ("预交办", "info"),
    "accept_allocation": ("接受预交办", "info"),
    "accept_by_silence": ("逾期未退，视为接受", "info"),
    "return_allocation": ("退回交办", "warning"),
    "reallocate": ("调整承办单位", "info"),
    "keep_allocation": ("维持原承办单位", "info"),
    "dispatch": ("正式交办", "success"),
    "sign_receipt": ("签收", "info"),
    "set_responsibilities": ("列出责任清单", "info"),
    "report_result": ("责任事项销号", "success"),
    "give_opinion": ("提出会办意见", "info"),
    "record_talk": ("与提案人沟通", "info"),
    "ask_extension": ("申请延期", "warning"),
    "decide_extension": ("审批延期", "info"),
    "begin_reply": ("开始起草答复", "info"),
    "submit_reply": ("送核答复", "info"),
    "pass_reply": ("核稿通过", "info"),
    "send_back_reply": ("退回重改答复", "warning"),
    "sign_reply": ("签发答复", "success"),
    "overdue": ("超过办理期限", "danger"),
    "adopt_dispatch_rules": ("采用交办办理时限", "info"),
    "ask_feedback": ("政协征求提案人意见", "info"),
    "close_feedback": ("提案人反馈截止", "info"),
    "order_rehandling": ("要求重新办理", "warning"),
    "close_handling": ("办结", "success"),
    "commitment_due": ("承诺到期，自动重新打开", "warning"),
    "report_commitment": ("报告承诺落实情况", "info"),
    "comment_commitment": ("提案人对承诺落实发表意见", "info"),
    "settle_commitment": ("核对承诺", "success"),
    "close_again": ("再次办结", "success"),
    "take_topic": ("提案列为协商议题", "success"),
    "propose_topic": ("提出议题", "info"),
    "study_topic": ("填写选题预可研", "info"),
    "assess_topic": ("研究议题", "info"),
    "draft_plan": ("建立年度协商计划", "info"),
    "add_to_plan": ("议题排入计划", "info"),
    "remove_from_plan": ("议题移出计划", "warning"),
    "submit_plan": ("提请主席会议审议", "info"),
    "return_plan": ("退回修改", "warning"),
    "approve_plan": ("党委批准", "success"),
    "publish_plan": ("公布年度协商计划", "success"),
    "start_process": ("协商开始", "info"),
    "complete_step": ("步骤办结", "success"),
    "step_overdue": ("步骤超过期限", "danger"),
    "step_unrated": ("逾期未评价", "warning"),
    "add_document": ("上传材料", "info"),
    "remove_document": ("删除材料", "warning"),
    "assign_unit": ("指定承办单位", "info"),
    "conclude_process": ("形成协商结果", "success"),
    "add_evidence": ("协商结果附入提案", "success"),
    "record_duty": ("登记履职", "success"),
    "annul_duty": ("撤销履职登记", "warning"),
    "change_phone": ("更换手机号码", "info"),
    "readmit_member": ("恢复委员身份", "success"),
    "erase_person": ("删除个人信息", "danger"),
    "correct_duty": ("更正履职登记", "warning"),
    "suggest_exit": ("积分低于底线，建议请辞", "danger"),
    "withdraw_exit": ("请辞建议撤回", "success"),
    "close_duty_year": ("年度履职结算", "info"),
    "decide_exit": ("研究委员去留", "warning"),
    "export_roster": ("导出名册", "info"),
}


def actors(history: Iterable[HistoryEntry]) -> set[UUID]:
    """The people who acted."""
    return {UUID(entry.actor) for entry in history if not entry.actor.startswith("system:")}


def timeline(history: Iterable[HistoryEntry], names: Mapping[UUID, str]) -> tuple[TimelineEntry, ...]:
    """The history in words."""
    return tuple(_entry(entry, names) for entry in sorted(history, key=lambda entry: entry.at, reverse=True))


def _entry(entry: HistoryEntry, names: Mapping[UUID, str]) -> TimelineEntry:
    what, tone = _WHAT.get(entry.action, (entry.action, "info"))
    who = "系统" if entry.actor.startswith("system:") else names.get(UUID(entry.actor), "（姓名暂缺）")
    number = entry.changes.get("number")
    detail = entry.reason or (f"编号 {number[1]}" if number else None)
    return TimelineEntry(at=entry.at, who=who, what=what, detail=detail, tone=tone)
