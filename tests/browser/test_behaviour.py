"""What the pages' scripts promise: nothing typed is lost, keys work, lists of suggestions behave.

The server is played by routes, so that it can be slow, gone, or have lost an answer exactly when a test wants it.
"""

import json
import re
from typing import Any

from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.gallery import open_example

SAVES = re.compile(r".*/proposals/[^/]+/edit$")


class Saves:
    """Plays the server's side of autosave: keeps what it was sent, answers as told."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.received: list[dict[str, Any]] = []
        self.commands: list[str] = []
        self.answer = "ok"
        page.route(SAVES, self._handle)

    def _handle(self, route: Route) -> None:
        if route.request.method != "PUT":
            route.fallback()
            return
        self.commands.append(route.request.headers["x-command-id"])
        assert route.request.headers["x-csrf-token"] == "example"
        if self.answer == "gone":
            route.abort()
            return
        body = json.loads(route.request.post_data or "")
        self.received.append(body)
        if self.answer == "lost":
            route.abort()
        elif self.answer == "clash":
            route.fulfill(
                status=409,
                content_type="application/problem+json",
                body=json.dumps({"title": "内容已被他人更新"}),
            )
        else:
            saved = {"revision": body["revision"] + 1, "saved_at": "2026-11-20T06:03:00Z"}
            route.fulfill(content_type="application/json", body=json.dumps(saved))


def form(browser: Browser, gallery: str, name: str = "proposal_form") -> tuple[Page, Saves]:
    """The proposal form with a server behind it."""
    page, _ = open_example(browser, gallery, name, 1280)
    return page, Saves(page)


def kept(page: Page) -> list[Any]:
    """What the browser keeps of drafts."""
    script = "() => Object.entries(localStorage).filter(([key]) => key.startsWith('tongxin:draft:')).map(([, text]) => JSON.parse(text))"
    found: list[Any] = page.evaluate(script)
    return found


def swallowed(page: Page, pattern: str) -> list[str]:
    """Answers what matches with nothing; gives the list that its addresses go into."""
    seen: list[str] = []

    def answer(route: Route) -> None:
        seen.append(route.request.url)
        route.fulfill(status=204)

    page.route(pattern, answer)
    return seen


def status(page: Page) -> Locator:
    """The line that says how the text is kept."""
    return page.locator("[data-save-state]")


def test_what_is_typed_is_saved_by_itself_and_the_time_is_shown(gallery: str, browser: Browser) -> None:
    page, server = form(browser, gallery)
    page.get_by_label("案由").fill("关于老旧小区住宅楼加装电梯的建议 𠮷䶮👨‍👩‍👧")
    expect(status(page)).to_have_text("已保存 14:03")
    assert server.received[-1]["title"].endswith("𠮷䶮👨‍👩‍👧")
    assert server.received[-1]["revision"] == 7
    assert len(server.received[-1]["suggestions"]) == 3
    page.get_by_label("分析").fill("再改一次")
    expect(page.locator("input[name=revision]")).to_have_value("9")
    assert [save["revision"] for save in server.received] == [7, 8]
    assert kept(page) == []
    page.context.close()


def test_without_a_network_the_text_stays_here_and_goes_up_when_it_is_back(
    gallery: str, browser: Browser
) -> None:
    page, server = form(browser, gallery)
    server.answer = "gone"
    page.get_by_label("情况").fill("断网时写的情况")
    expect(status(page)).to_have_text("未联网，已存在本机，恢复后自动上传")
    assert kept(page)[0]["text"]["facts"] == "断网时写的情况"
    server.answer = "ok"
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(status(page)).to_have_text("已保存 14:03")
    assert server.received[-1]["facts"] == "断网时写的情况"
    assert kept(page) == []
    page.context.close()


def test_text_that_never_went_up_comes_back_after_the_page_was_closed(gallery: str, browser: Browser) -> None:
    page, server = form(browser, gallery)
    server.answer = "gone"
    page.get_by_label("情况").fill("关机前写的情况")
    page.get_by_role("button", name="增加一条建议").click()
    page.get_by_label("第 4 条建议", exact=True).fill("第四条")
    expect(status(page)).to_have_attribute("data-tone", "warn")
    server.answer = "ok"
    page.reload()
    expect(page.get_by_label("情况")).to_have_value("关机前写的情况")
    expect(page.get_by_label("第 4 条建议", exact=True)).to_have_value("第四条")
    expect(status(page)).to_have_text("已保存 14:03")
    page.context.close()


def test_a_new_form_offers_the_text_of_one_that_never_went_up(gallery: str, browser: Browser) -> None:
    page, server = form(browser, gallery)
    server.answer = "gone"
    page.get_by_label("情况").fill("上次没有传上去")
    expect(status(page)).to_have_attribute("data-tone", "warn")
    server.answer = "ok"
    page.goto(f"{gallery}/proposal_new.html")
    page.get_by_role("button", name="恢复到本页").click()
    expect(page.get_by_label("情况")).to_have_value("上次没有传上去")
    expect(status(page)).to_have_text("已保存 14:03")
    assert kept(page) == []
    page.context.close()


def test_text_kept_for_one_person_is_not_offered_to_the_next(gallery: str, browser: Browser) -> None:
    page, server = form(browser, gallery)
    server.answer = "gone"
    page.get_by_label("情况").fill("别人的草稿")
    expect(status(page)).to_have_attribute("data-tone", "warn")
    page.evaluate(
        '() => { for (const key of Object.keys(localStorage)) localStorage[key] = localStorage[key].replace(/"owner":"/, \'$&x\'); }'
    )
    page.goto(f"{gallery}/proposal_new.html")
    expect(status(page)).to_be_visible()
    expect(page.locator(".save-notice")).to_have_count(0)
    page.context.close()


def test_a_lost_answer_is_asked_for_again_and_is_no_clash(gallery: str, browser: Browser) -> None:
    page, server = form(browser, gallery)
    server.answer = "lost"
    page.get_by_label("案由").fill("服务器收到了，回答丢了")
    expect(status(page)).to_have_attribute("data-tone", "warn")
    server.answer = "ok"
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(status(page)).to_have_text("已保存 14:03")
    assert len(set(server.commands)) == 1
    assert len({json.dumps(save, sort_keys=True) for save in server.received}) == 1
    page.context.close()


def test_a_clash_is_said_and_nothing_is_overwritten_until_one_chooses(gallery: str, browser: Browser) -> None:
    page, server = form(browser, gallery)
    server.answer = "clash"
    page.get_by_label("案由").fill("两处同时在写")
    expect(status(page)).to_contain_text("在别处被修改过")
    sent = len(server.received)
    page.get_by_label("案由").fill("两处同时在写，继续写")
    assert kept(page)[0]["text"]["title"] == "两处同时在写，继续写"
    server.answer = "ok"
    newer = page.content().replace('name="revision" value="7"', 'name="revision" value="12"')
    page.route(
        SAVES,
        lambda route: (
            route.fulfill(content_type="text/html", body=newer)
            if route.request.method == "GET"
            else route.fallback()
        ),
    )
    assert len(server.received) == sent
    page.get_by_role("button", name="保留本页的内容").click()
    expect(status(page)).to_have_text("已保存 14:03")
    assert server.received[-1]["revision"] == 12
    assert server.received[-1]["title"] == "两处同时在写，继续写"
    page.context.close()


def test_a_discarded_draft_is_asked_about_and_leaves_nothing_behind(gallery: str, browser: Browser) -> None:
    page, server = form(browser, gallery)
    server.answer = "gone"
    page.get_by_label("情况").fill("不要了")
    expect(status(page)).to_have_attribute("data-tone", "warn")
    assert len(kept(page)) == 1
    swallowed(page, "**/edit")
    page.get_by_role("button", name="删除草稿").click()
    with page.expect_request(lambda request: request.method == "POST") as posted:
        page.get_by_role("dialog").get_by_role("button", name="删除草稿").click()
    assert "action=discard" in (posted.value.post_data or "")
    assert kept(page) == []
    page.context.close()


def test_a_stray_enter_in_the_title_hands_nothing_in(gallery: str, browser: Browser) -> None:
    page, _ = form(browser, gallery)
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.get_by_label("案由").press("Enter")
    page.get_by_label("案由").fill("还在写的案由")
    expect(status(page)).to_have_text("已保存 14:03")
    assert posts == []
    assert not page.get_by_role("dialog").is_visible()
    page.context.close()


def test_counters_count_what_people_see(gallery: str, browser: Browser) -> None:
    page, _ = form(browser, gallery)
    page.get_by_label("案由").fill("𠮷䶮👨‍👩‍👧字")
    expect(page.locator("#title-count")).to_have_text("4 / 60 字")
    page.get_by_label("案由").fill("字" * 63)
    expect(page.locator("#title-count")).to_have_text("63 / 60 字，超出 3 字")
    page.context.close()


def test_suggestions_are_added_moved_removed_and_brought_back(gallery: str, browser: Browser) -> None:
    page, server = form(browser, gallery)
    page.get_by_role("button", name="上移第 3 条建议").click()
    expect(page.get_by_label("第 2 条建议", exact=True)).to_have_value(re.compile("联合审批窗口"))
    page.get_by_role("button", name="删除第 1 条建议").click()
    expect(page.locator("[data-suggestion]")).to_have_count(2)
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_label("第 1 条建议", exact=True)).to_have_value(re.compile("一栋一议"))
    for _ in range(7):
        page.get_by_role("button", name="增加一条建议").click()
    expect(page.get_by_role("button", name="增加一条建议")).to_be_disabled()
    expect(status(page)).to_have_text("已保存 14:03")
    assert len(server.received[-1]["suggestions"]) == 10
    page.context.close()


def test_the_review_desk_is_worked_with_keys(gallery: str, browser: Browser) -> None:
    page, _ = open_example(browser, gallery, "review_desk", 1280)
    sent = swallowed(page, "**/review*")
    page.keyboard.press("r")
    expect(page.get_by_label("需要修改什么")).to_be_focused()
    page.keyboard.type("fjn")
    expect(page.get_by_label("需要修改什么")).to_have_value("fjn")
    page.get_by_role("heading", name="审查台").click()
    page.keyboard.press("n")
    expect(page.get_by_label("涉及党和国家秘密的")).to_be_focused()
    page.get_by_role("heading", name="审查台").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("审查台快捷键")
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    expect(page.get_by_role("dialog")).to_contain_text("确定立案")
    page.keyboard.press("Escape")
    assert sent == []
    with page.expect_request("**/review?proposal=*"):
        page.keyboard.press("j")
    page.keyboard.press("f")
    with page.expect_request(lambda request: request.method == "POST") as posted:
        page.keyboard.press("Enter")
    assert "action=file" in (posted.value.post_data or "")
    page.context.close()


def test_a_decision_that_cannot_be_taken_back_is_asked_about(gallery: str, browser: Browser) -> None:
    page, _ = open_example(browser, gallery, "review_desk_declining", 1280)
    sent = swallowed(page, "**/review")
    page.get_by_role("button", name="不予立案").click()
    page.get_by_role("button", name="取消").click()
    assert sent == []
    page.get_by_role("button", name="不予立案").click()
    with page.expect_request("**/review") as posted:
        page.get_by_role("dialog").get_by_role("button", name="不予立案").click()
    assert "ground=empty" in (posted.value.post_data or "")
    page.context.close()


def test_an_upload_shows_how_far_it_is_and_a_refusal_keeps_the_form(gallery: str, browser: Browser) -> None:
    page, _ = open_example(browser, gallery, "roster_import", 1280)
    refusal = "<p data-problem-title>文件不是它所说的格式</p>"
    page.route(
        "**/members/import", lambda route: route.fulfill(status=422, content_type="text/html", body=refusal)
    )
    page.get_by_label("选择名册文件").set_input_files(
        {"name": "名册.xlsx", "mimeType": "text/csv", "buffer": b"x" * 2048}
    )
    expect(page.locator("[data-file-name]")).to_have_text("名册.xlsx（2 KB）")
    page.get_by_role("button", name="导入", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("文件不是它所说的格式")
    expect(page.get_by_role("button", name="导入", exact=True)).to_be_enabled()
    page.context.close()


def test_a_hint_refreshes_what_shows_its_kind(gallery: str, browser: Browser) -> None:
    page, _ = open_example(browser, gallery, "my_work_empty", 1280)
    page.route(
        "**/live/events",
        lambda route: route.fulfill(
            content_type="text/event-stream", body='data: {"kind": "task", "id": "1", "version": 1}\n\n'
        ),
    )
    page.route(
        re.compile(r".*/work\??$"),
        lambda route: route.fulfill(path="build/gallery/my_work_officer.html", content_type="text/html"),
    )
    expect(page.locator("#todo")).to_contain_text("没有待办")
    page.reload()
    expect(page.locator("#todo")).to_contain_text("老旧小区住宅楼加装电梯")
    expect(page.locator("#notices")).to_contain_text("还没有通知")
    page.context.close()


def test_without_script_the_form_is_whole(gallery: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{gallery}/proposal_new.html")
    assert page.get_by_role("button", name="提交提案").is_visible()
    assert page.get_by_role("button", name="保存草稿").is_visible()
    assert not page.get_by_role("button", name="增加一条建议").is_visible()
    assert page.locator("textarea[name=suggestions]").count() == 4
    context.close()
