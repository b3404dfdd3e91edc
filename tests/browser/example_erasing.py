"""Example pages of erasing a person."""

from collections.abc import Iterator

from services.portal.views import PageContext, View
from services.portal.views.erasing import ErasureView
from tests.browser.examples import THE_OFFICER, ident, page
from tongxin_contracts.members.erasure import ErasureSheetAnswer
from tongxin_contracts.problems import FieldProblem, Problem
from tongxin_contracts.words import MemberStanding


def examples() -> Iterator[tuple[str, PageContext, View]]:
    """Erasing a person: the form, the form come back, what stands in the way, and done."""
    path = f"/members/{ident('member', '温若谷')}/erase"
    sheet = ErasureSheetAnswer(
        member_id=ident("member", "温若谷"),
        name="温若谷",
        standing=MemberStanding.TERM_ENDED,
        erased=False,
        obstacles=[],
    )
    wrong = Problem(
        type="urn:tongxin:problem:invalid",
        title="有内容需要修改",
        status=422,
        errors=[
            FieldProblem(field="confirmation", message="与这名人员的姓名不一致，请照原样输入姓名以确认。")
        ],
    )
    typed = {"ground": "consent_withdrawn", "reason": "本人来函申请", "confirmation": "温若古"}
    obstacles = ["仍是在任委员，履行职责需要其个人信息：请先办理辞去、撤销、届满或去世手续。"]
    yield "member_erase", page(path, THE_OFFICER), ErasureView(sheet=sheet)
    yield "member_erase_wrong", page(path, THE_OFFICER), ErasureView(sheet=sheet, typed=typed, problem=wrong)
    waits = sheet.model_copy(update={"obstacles": obstacles})
    yield "member_erase_not_yet", page(path, THE_OFFICER), ErasureView(sheet=waits)
    done = sheet.model_copy(update={"erased": True, "name": "已删除的人员"})
    yield "member_erase_done", page(path, THE_OFFICER), ErasureView(sheet=done)
