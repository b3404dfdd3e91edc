"""The whole thread in real Chromium, on real processes with the demo city: each person does their part on pages.

Pictures of every step are left in build/screenshots/ to be looked at; they are not kept in the repository.
"""

import re
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.city import DESK, PHONE, City, picture, signed_in
from tongxin.demo_data.people import BAD_ROWS, city_roster

pytestmark = pytest.mark.timeout(600)
"""The first one waits for the demo city."""

TITLE: Final = "关于𠮷祥里小区增设电动车充电棚的建议"
FACTS: Final = "𠮷祥里小区现有住户 860 户，电动车约 500 辆，充电口仅 24 个，飞线充电时有发生。"
ANALYSIS: Final = "小区建成于上世纪九十年代，未预留充电设施；物业与社区、供电三方责任不清。"
SUGGESTIONS: Final = (
    "今年内在东西两门各建一处充电棚。",
    "由供电公司增容并优惠电价。",
    "社区牵头每季度消防检查。",
)


def write_proposal(page: Page) -> None:
    """Fill in the form and wait until it was saved by itself."""
    page.goto("/proposals/new")
    page.get_by_label(re.compile("^案由")).fill(TITLE)
    page.get_by_label("社会", exact=True).check(force=True)
    page.get_by_label(re.compile("^情况")).fill(FACTS)
    page.get_by_label(re.compile("^分析")).fill(ANALYSIS)
    for place, text in enumerate(SUGGESTIONS):
        if place:
            page.get_by_role("button", name="增加一条建议").click()
        page.locator("[data-suggestion-list] textarea").nth(place).fill(text)
    expect(page.locator("[data-save-state]")).to_contain_text("已保存", timeout=10_000)


def import_roster(page: Page) -> None:
    """The same 320 people again and seven bad rows: nothing changes, and each bad row says what to do."""
    picture(page, "01-work-members-office")
    roster = {
        "name": "名册.xlsx",
        "mimeType": "application/octet-stream",
        "buffer": city_roster(bad_rows=True),
    }
    page.goto("/members/import")
    picture(page, "02-import")
    page.set_input_files("#file", roster)  # type: ignore[arg-type]
    page.get_by_role("button", name="导入").click()
    page.wait_for_url(re.compile(r"/members/import/[0-9a-f-]{36}"))
    picture(page, "03-import-report")
    expect(page.locator("main")).to_contain_text(f"{BAD_ROWS} 行有误、没有导入")
    expect(page.locator("main tbody tr")).to_have_count(BAD_ROWS)
    page.goto("/members")
    picture(page, "04-members")
    with page.expect_download() as download:
        page.locator("a[href*='export']").first.click()
    assert download.value.path().stat().st_size > 10_000


def hand_in(member: Page) -> str:
    """Write, find it again among one's drafts as it was saved, hand it in; the proposal's id."""
    picture(member, "05-phone-work")
    write_proposal(member)
    picture(member, "06-phone-form")
    member.goto("/proposals")
    picture(member, "07-phone-drafts")
    member.get_by_role("link", name=re.compile(TITLE[:8])).first.click()
    expect(member.get_by_label(re.compile("^情况"))).to_have_value(FACTS)
    member.get_by_role("button", name="提交提案").click()
    member.wait_for_url(re.compile(r"/proposals/[0-9a-f-]{36}$"))
    expect(member.locator("main")).to_contain_text("等待审查")
    picture(member, "08-phone-proposal")
    return member.url.rsplit("/", 1)[1]


def file_by_keyboard(office: Page, proposal: str) -> None:
    """The grounds by N, filing by F; the key asks before it acts."""
    picture(office, "09-work-office")
    office.goto(f"/review?proposal={proposal}")
    expect(office.locator("#desk")).to_contain_text(TITLE)
    picture(office, "10-review-desk")
    office.keyboard.press("n")
    picture(office, "11-review-grounds")
    office.goto(f"/review?proposal={proposal}")
    office.keyboard.press("f")
    office.get_by_role("button", name="立案", exact=True).last.click()
    expect(office.locator(".flash")).to_contain_text("已立案，编号")
    picture(office, "12-filed")


def see_what_followed(member: Page, proposal: str) -> None:
    """The number, the notice, the points with their evidence."""
    member.goto(f"/proposals/{proposal}")
    expect(member.locator("main")).to_contain_text("十一届二次第")
    picture(member, "13-phone-filed")
    expect(member.locator("#bell .bubble")).to_be_visible(timeout=10_000)
    member.goto("/notices")
    expect(member.locator("main")).to_contain_text("提案已立案")
    picture(member, "14-phone-notices")
    member.goto("/members/me")
    expect(member.locator("main")).to_contain_text("提案被立案")
    expect(member.locator("main")).to_contain_text("tongcheng@2019.1")
    expect(member.locator(f"main a[href*='{proposal}']")).to_have_count(2)
    picture(member, "15-phone-dossier")


def look_after_it(admin: Page) -> None:
    """Five processes, what was handed to the agency, accounts."""
    admin.goto("/live")
    expect(admin.locator("main")).to_contain_text("全部运行正常")
    picture(admin, "17-live")
    admin.goto("/agencies")
    expect(admin.locator("main")).to_contain_text(TITLE)
    picture(admin, "18-agencies")
    admin.goto("/accounts")
    picture(admin, "19-accounts")


def test_the_thread_on_pages(city: City, browser: Browser) -> None:
    """Each person does their part: import, write, review, and what follows from it everywhere."""
    with signed_in(browser, city, "安和市委员联络室", DESK) as members_office:
        import_roster(members_office)
    with signed_in(browser, city, "清源县委员 ", PHONE) as member:
        proposal = hand_in(member)
        with signed_in(browser, city, "清源县提案委", DESK) as office:
            file_by_keyboard(office, proposal)
        see_what_followed(member, proposal)
    with signed_in(browser, city, "清源县专委会办公室", DESK) as consultation:
        consultation.goto("/topics")
        consultation.get_by_role("button", name=re.compile(TITLE[:8])).click()
        taken = consultation.locator("#topics section").first
        expect(taken).to_contain_text(TITLE)
        expect(taken).to_contain_text("今天")
        picture(consultation, "16-topics")
    with signed_in(browser, city, "清源县系统管理员", DESK) as admin:
        look_after_it(admin)


def test_a_page_one_may_not_see_says_so_and_leads_back(city: City, browser: Browser) -> None:
    with signed_in(browser, city, "清源县委员 ", PHONE, refused=True) as member:
        answer = member.goto("/review")
        assert answer is not None
        assert answer.status == 403
        expect(member.locator("main")).to_contain_text("权限")
        picture(member, "20-phone-refused")


def test_a_process_that_dies_shows_on_the_live_page(city: City, browser: Browser) -> None:
    """The administrator sees which one, in words; the other pages go on."""
    with signed_in(browser, city, "清源县系统管理员", DESK) as admin:
        city.running["consultation"].kill()
        try:
            admin.goto("/live")
            expect(admin.locator("main")).to_contain_text("没有响应")
            picture(admin, "21-live-one-down")
            admin.goto("/work")
            expect(admin.locator("h1")).to_contain_text("我的工作")
        finally:
            city.running["consultation"] = city.stack.start_service("consultation")
