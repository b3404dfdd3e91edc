"""What the scripts of dispatch and handling promise: the reply saves itself, lists grow, units are found, keys work."""

import json
import re
from typing import Any

from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.gallery import open_example

SAVES = re.compile(r".*/handling/[^/]+/reply$")


def reply_page(browser: Browser, gallery: str, saves: list[dict[str, Any]], *, gone: bool = False) -> Page:
    """A handler's page with a server that keeps the reply, or is gone."""
    page, _ = open_example(browser, gallery, "handling_reply", 1280)

    def keep(route: Route) -> None:
        assert route.request.headers["x-csrf-token"] == "example"
        if gone:
            route.abort()
            return
        saves.append(json.loads(route.request.post_data or ""))
        saved = {"revision": 0, "saved_at": "2026-11-20T06:03:00Z"}
        route.fulfill(content_type="application/json", body=json.dumps(saved))

    page.route(SAVES, keep)
    return page


def test_the_reply_saves_itself_while_one_types(gallery: str, browser: Browser) -> None:
    saves: list[dict[str, Any]] = []
    page = reply_page(browser, gallery, saves)
    page.get_by_label("答复第 3 条建议").fill("列入明年调研计划。")
    expect(page.locator("[data-save-state]")).to_contain_text("已保存 14:03")
    assert saves[-1]["lines"][2]["text"] == "列入明年调研计划。"
    assert [line["reply_class"] for line in saves[-1]["lines"]] == ["a", "b", "c"]
    assert saves[-1]["lines"][1]["promised_by"] == "2026-12-30"
    page.context.close()


def test_without_a_server_the_reply_is_kept_and_comes_back(gallery: str, browser: Browser) -> None:
    page = reply_page(browser, gallery, [], gone=True)
    page.get_by_label("答复第 3 条建议").fill("断网时写的。")
    expect(page.locator("[data-save-state]")).to_contain_text("已存在本机")
    page.reload()
    expect(page.get_by_label("答复第 3 条建议")).to_have_value("断网时写的。")
    expect(page.locator("[data-save-notice]")).to_contain_text("已恢复")
    page.context.close()


def test_a_date_is_asked_for_a_promise_only(gallery: str, browser: Browser) -> None:
    page = reply_page(browser, gallery, [])
    line = page.locator("[data-reply-line]").nth(0)
    expect(line.get_by_label("承诺什么时候办结")).to_be_hidden()
    line.get_by_role("radio", name="B类").check(force=True)
    expect(line.get_by_label("承诺什么时候办结")).to_be_visible()
    page.context.close()


def test_lines_of_the_responsibility_list_come_and_go(gallery: str, browser: Browser) -> None:
    page, _ = open_example(browser, gallery, "handling_begin", 1280)
    group = page.locator("#lines-1")
    group.get_by_role("button", name="再加一项").click()
    expect(group.locator("[data-line]")).to_have_count(2)
    expect(group.get_by_label("做什么").nth(1)).to_be_focused()
    assert group.locator("[name=suggestion]").nth(1).input_value() == "1"
    for _ in range(2):
        group.get_by_role("button", name="删除这一项").last.click()
    expect(group.locator("[data-line]")).to_have_count(1)
    page.context.close()


def test_units_are_found_by_a_word_and_the_lead_is_no_co_handler(gallery: str, browser: Browser) -> None:
    page, _ = open_example(browser, gallery, "dispatch_waiting", 1280)
    chosen = page.locator("[data-unit-chosen]")
    expect(chosen).to_have_text("主办：水利局；其他：城管局")
    page.get_by_label("查找单位").fill("财政")
    shown = page.locator("[data-unit]:visible")
    expect(shown).to_have_count(3)
    page.get_by_role("radio", name=re.compile("主办.*安和市城管局")).check()
    expect(chosen).to_have_text("主办：城管局")
    expect(page.get_by_role("checkbox", name=re.compile("会办.*安和市城管局"))).to_be_disabled()
    page.get_by_label("查找单位").fill("没有这个")
    expect(page.get_by_text("没有这个名字的单位。")).to_be_hidden()
    page.context.close()


def test_letters_move_through_a_list_and_tick(gallery: str, browser: Browser) -> None:
    page, _ = open_example(browser, gallery, "dispatch_asked", 1280)
    rows = page.locator("[data-row-item]")
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("input[name=items]").nth(1)).to_be_checked()
    expect(page.get_by_role("button", name=re.compile("正式交办所选.*1 件"))).to_be_visible()
    page.get_by_label("全选本页").check()
    expect(page.get_by_role("button", name=re.compile("正式交办所选.*4 件"))).to_be_visible()
    page.keyboard.press("k")
    page.context.close()
