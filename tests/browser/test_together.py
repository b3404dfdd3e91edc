"""Co-proposers, files and the review desk in a browser: a cut connection loses nothing, a decision needs a key and Enter."""

import re

from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.gallery import OUT, open_example
from tests.browser.test_behaviour import Saves

FILES = re.compile(r".*/proposals/[^/]+/files$")
PARTS = re.compile(r".*/proposals/[^/]+/together$")
COLLEAGUES = re.compile(r".*/api/v1/members/colleagues.*")
FOUND = [
    {
        "person_id": f"00000000-0000-4000-8000-00000000000{n}",
        "member_id": "x",
        "name": name,
        "sector": "economy",
    }
    for n, name in enumerate(["王一", "王二"], 1)
]
PICTURE = {"name": "现场.png", "mimeType": "image/png", "buffer": b"\x89PNG" + b"x" * 4000}


def form(browser: Browser, gallery: str) -> tuple[Page, Saves]:
    page, _ = open_example(browser, gallery, "joint_form", 1280)
    page.route(COLLEAGUES, lambda route: route.fulfill(json={"members": FOUND}))
    return page, Saves(page)


def answered(route: Route) -> None:
    """The form again, as the server shows it after the change."""
    route.fulfill(content_type="text/html", body=(OUT / "joint_form.html").read_text("utf-8"))


def test_a_file_waits_for_the_connection_and_is_sent_again_as_the_same(
    gallery: str, browser: Browser
) -> None:
    page, _ = form(browser, gallery)
    sent: list[str] = []
    there = False

    def handle(route: Route) -> None:
        found = re.search(rb'name="command_id"\r\n\r\n([0-9a-f-]+)', route.request.post_data_buffer or b"")
        assert found
        sent.append(found[1].decode())
        if there:
            answered(route)
        else:
            route.abort()

    page.route(FILES, handle)
    page.locator("#attachment").set_input_files(PICTURE)  # type: ignore[arg-type]
    line = page.locator("[data-uploads]")
    expect(line).to_contain_text("恢复后自动上传")
    there = True
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(line).to_be_empty()
    assert len(set(sent)) == 1, "the same command, however often"
    assert len(sent) >= 2
    page.context.close()


def test_a_file_too_large_or_too_many_is_said_before_it_is_sent(gallery: str, browser: Browser) -> None:
    page, _ = form(browser, gallery)
    page.route(FILES, lambda route: route.abort())
    page.evaluate("document.querySelector('[data-attach]').dataset.maxBytes = '1000'")
    page.locator("#attachment").set_input_files(PICTURE)  # type: ignore[arg-type]
    expect(page.locator("#toasts")).to_contain_text("超过")
    expect(page.locator("[data-uploads]")).to_be_empty()
    page.context.close()


def test_who_was_picked_outlives_a_cut_connection_and_a_reload(gallery: str, browser: Browser) -> None:
    page, _ = form(browser, gallery)
    page.get_by_label("按姓名查找委员").fill("王")
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-picked]")).to_contain_text("王一")
    page.route(PARTS, lambda route: route.abort())
    page.get_by_role("button", name="发出联名邀请").click()
    expect(page.locator("#toasts")).to_contain_text("已存在本机")
    page.reload()
    expect(page.locator("[data-picked]")).to_contain_text("王一")

    bodies: list[str] = []

    def handle(route: Route) -> None:
        bodies.append(route.request.post_data or "")
        answered(route)

    page.unroute(PARTS)
    page.route(PARTS, handle)
    page.get_by_role("button", name="发出联名邀请").click()
    expect(page.locator("[data-picked]")).to_be_empty()
    assert f"persons={FOUND[0]['person_id']}" in bodies[0]
    page.reload()
    expect(page.locator("[data-picked]")).to_be_empty()
    page.context.close()


def test_the_text_is_saved_before_anybody_is_asked_to_sign_it(gallery: str, browser: Browser) -> None:
    page, server = form(browser, gallery)
    order: list[str] = []

    def handle(route: Route) -> None:
        order.append(f"asked after {len(server.received)} saves")
        answered(route)

    page.route(PARTS, handle)
    page.get_by_label("案由（标题）").fill("刚刚改过的案由，还没来得及保存")
    page.get_by_role("button", name="再次征求确认").click()
    expect(page.get_by_label("案由（标题）")).to_have_value("刚刚改过的案由，还没来得及保存")
    page.wait_for_function(
        "() => document.querySelector('[data-save-state]').textContent.startsWith('已保存')"
    )
    assert order == ["asked after 1 saves"]
    assert server.received[0]["title"].startswith("刚刚改过")
    page.context.close()


def _posts(page: Page) -> list[str]:
    """What the desk sends; each answer is the desk with the next one in hand."""
    bodies: list[str] = []
    desk = (OUT / "review_desk.html").read_text("utf-8")

    def handle(route: Route) -> None:
        if route.request.method == "POST":
            bodies.append(route.request.post_data or "")
        route.fulfill(content_type="text/html", body=desk)

    page.route(re.compile(r".*/review(/many)?(\?.*)?$"), handle)
    return bodies


def test_a_decision_needs_one_key_and_enter(gallery: str, browser: Browser) -> None:
    page, _ = open_example(browser, gallery, "review_desk", 1280)
    bodies = _posts(page)
    for _ in range(20):
        page.keyboard.press("f")
        with page.expect_navigation():
            page.keyboard.press("Enter")
    assert len(bodies) == 20, "twenty decisions by forty keys"
    assert all("action=file" in body and "next=" in body for body in bodies)
    page.context.close()


def test_a_refusal_is_key_digit_enter_enter(gallery: str, browser: Browser) -> None:
    page, _ = open_example(browser, gallery, "review_desk", 1280)
    bodies = _posts(page)
    page.keyboard.press("n")
    page.keyboard.press("0")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("不予立案")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "ground=empty" in bodies[0]
    page.context.close()


def test_several_are_ticked_and_decided_alike(gallery: str, browser: Browser) -> None:
    page, _ = open_example(browser, gallery, "review_desk", 1280)
    bodies = _posts(page)
    page.keyboard.press("x")
    page.get_by_label(re.compile("^勾选「加强对社会")).check()
    many = page.locator("[data-many]")
    expect(many).to_contain_text("2 件已勾选")
    page.get_by_label("一并办理").select_option("not_file")
    page.get_by_role("button", name="一并办理").click()
    expect(page.get_by_role("dialog")).to_contain_text("2 件提案不予立案")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert bodies[0].count("items=") == 2
    assert "outcome=not_file" in bodies[0]
    page.context.close()
