"""Templates: adopted as data, refused with every fault, written on a page by somebody who is no programmer."""

import json
import re
from html import unescape
from typing import Any, Final

import pytest

from chassis.problems import Invalid
from infra.local.stack import Stack
from services.consultation.templates import BUNDLED, bundled_template_data
from tests.consultation_at_work import adopt, office, seen, start
from tests.house import House
from tests.portal_at_work import Visitor, signed_in, words
from tongxin_contracts.consultation.templates import (
    AdoptTemplate,
    CheckTemplate,
    TemplateChecked,
    Templates,
    TemplatesAnswer,
    TemplateSheet,
    TemplateSheetAnswer,
)
from tongxin_contracts.permissions import Role

HERE: Final = "351625"
OFFICE: Final = office(HERE)
OWN: Final = re.compile(r"own_[0-9a-f]{10}")


async def test_what_comes_with_the_system_is_adopted_and_has_editions(house: House) -> None:
    before = await house.ask_for(TemplatesAnswer, Templates(committee=HERE), OFFICE)
    assert [row.template.code for row in before.bundled] == list(BUNDLED)
    await adopt(house, HERE, "seven_steps")
    await adopt(house, HERE, "seven_steps", name="我们的七步")
    after = await house.ask_for(TemplatesAnswer, Templates(committee=HERE), OFFICE)
    assert [(row.template.name, row.edition) for row in after.adopted] == [("我们的七步", 2)]
    assert "seven_steps" not in [row.template.code for row in after.bundled]
    first = TemplateSheet(committee=HERE, code="seven_steps", edition=1)
    sheet = await house.ask_for(TemplateSheetAnswer, first, OFFICE)
    assert (sheet.row.template.name, sheet.editions) == ("七步闭环", [2, 1])


async def test_faults_are_named_and_nothing_is_kept(house: House) -> None:
    data = json.loads(json.dumps(bundled_template_data("four_orders"))) | {"code": "broken"}
    data["steps"][1]["next"] = [{"to": "nowhere"}]
    data["steps"][2]["needs"].append({"kind": "magic"})
    with pytest.raises(Invalid) as refused:
        await house.ask(AdoptTemplate(committee=HERE, template=data, source="试"), OFFICE)
    fields = [error.field for error in refused.value.errors]
    assert fields == ["template.steps.2.needs.2.kind", "template.steps.1.next.0.to"] or set(fields) == {
        "template.steps.2.needs.3.kind",
        "template.steps.1.next.0.to",
    }
    query = CheckTemplate(committee=HERE, template=json.dumps(data))
    checked = await house.ask_for(TemplateChecked, query, OFFICE)
    assert {fault.step for fault in checked.faults} == {1, 2}
    no_json = await house.ask_for(TemplateChecked, CheckTemplate(committee=HERE, template="{"), OFFICE)
    assert "JSON" in no_json.faults[0].message


def inputs(page: str) -> dict[str, Any]:
    """What the editor's form would send as it stands."""
    form = page[page.index('class="editor"') :]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]+>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            found[name[1]] = unescape(value[1]) if value else ""
    for name, text in re.findall(r'<textarea[^>]+name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.S):
        found[name] = unescape(text)
    for name, options in re.findall(r'<select[^>]+name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = chosen[1] if chosen else ""
    return {name: value for name, value in found.items() if name not in ("csrf", "command_id", "json")}


async def sent(clerk: Visitor, path: str, page: str, **changed: Any) -> Any:
    return await clerk.send(path, **(inputs(page) | changed))


async def test_a_county_writes_its_own_template_without_a_programmer(house: House, portal: Stack) -> None:
    async with signed_in(portal, Role.COMMITTEE_OFFICE, committee=HERE) as clerk:
        page = (await clerk.open("/templates/new")).text
        assert "流程走得通" not in page, "it has no name yet"
        added = await sent(clerk, "/templates/new", page, name="我们的院坝会", action="add")
        assert "第 4 步" in words(added)
        assert "第 4 步的名称没有填写" in words(added)
        path = "/templates/new"
        named = {"s3.name": "回头看", "s3.kind": "rating", "s3.was": "form", "s3.who": "proposer"}
        rated = await sent(clerk, path, added.text, action="preview", **named)
        assert "流程走得通" in words(rated)
        assert "不满意 →" in words(rated)
        moved = await sent(clerk, path, rated.text, action="up.3")
        assert inputs(moved.text)["s2.name"] == "回头看"
        removed = await sent(clerk, path, moved.text, action="remove.3")
        assert inputs(removed.text)["steps"] == "3"
        wrong = await sent(
            clerk,
            path,
            removed.text,
            action="adopt",
            source="党组会",
            **{"s2.next.satisfied": "", "s2.next.dissatisfied": ""},
        )
        assert wrong.status_code == 422
        assert "第 3 步“回头看”没有下一步" in words(wrong)
        share = {
            "s1.stakeholders": "60",
            "s1.documents": "签到表\n照片 ×2",
            "s2.next.satisfied": "end",
            "s2.next.dissatisfied": "s2",
        }
        adopted = await sent(clerk, path, wrong.text, action="adopt", source="党组会", **share)
        assert adopted.status_code == 303, words(adopted)
        shown = await clerk.open(adopted.headers["location"])
        assert "利益相关方不少于参会人数的 60%" in words(shown)
        assert "上传：照片（2 份）" in words(shown)
        assert "<svg" in shown.text
        code = OWN.search(adopted.headers["location"])
        assert code
        edit = (await clerk.open(f"/templates/{code[0]}/edit")).text
        again = await sent(clerk, f"/templates/{code[0]}/edit", edit, action="adopt", summary="第二版")
        assert again.status_code == 303, words(again)
    process_id = await start(house, HERE, code[0], brought_by=[OFFICE.person])
    now = await seen(house, HERE, process_id)
    assert (now.edition, [step.name for step in now.template.steps]) == (2, ["提出", "协商", "回头看"])


async def test_the_form_and_the_json_say_the_same(portal: Stack) -> None:
    async with signed_in(portal, Role.COMMITTEE_OFFICE, committee=HERE) as clerk:
        for name in BUNDLED:
            page = (await clerk.open(f"/templates/new?from={name}")).text
            text = re.search(r'<textarea[^>]+name="json"[^>]*>\n?(.*?)</textarea>', page, re.S)
            assert text
            shown = json.loads(unescape(text[1]))
            wanted = dict(bundled_template_data(name))
            for step in wanted["steps"]:
                for need in step.get("needs", ()):
                    if need["kind"] == "documents":
                        need.setdefault("count", 1)
            order = {
                kind: place
                for place, kind in enumerate(
                    ["fields", "documents", "stakeholders", "survey_finished", "notice"]
                )
            }
            for mine, theirs in zip(shown["steps"], wanted["steps"], strict=True):
                assert {k: v for k, v in mine.items() if k != "needs"} == {
                    k: v for k, v in theirs.items() if k != "needs"
                }
                assert mine.get("needs", []) == sorted(
                    theirs.get("needs", []), key=lambda need: order[need["kind"]]
                )
            again = await sent(clerk, "/templates/new", page, action="json", json=unescape(text[1]))
            assert inputs(again.text) == inputs(page)


async def test_a_member_reads_templates_and_writes_none(portal: Stack) -> None:
    async with signed_in(portal, Role.MEMBER, committee=HERE) as member:
        assert (await member.open("/templates/four_orders")).status_code == 200
        refused = await member.open("/templates/new")
        assert refused.status_code == 403
