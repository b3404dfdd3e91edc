"""One proposal's whole way in real Chromium, as each of those who meet it: on phones and at desks, looked at by axe.

A member writes it with a colleague, the office files and dispatches it, a unit's clerk handles it, its head signs, both
proposers judge; the agency's developer reads every step; the administrator sees that it was delivered.
Pictures of every step are left in build/screenshots/.
"""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from chassis.calendar import local_date
from chassis.clock import SystemClock
from infra.local.agencies import Credentials
from infra.local.mailbox import kept_mails
from tests.browser.city import DESK, PHONE, City, picture, signed_in
from tests.browser.test_looks import found_by_axe
from tests.waiting import until
from tongxin_contracts.client import AgencyClient

pytestmark = pytest.mark.timeout(600)
"""The first one waits for the demo city."""

TITLE: Final = "关于在青石桥镇中心小学门口设置护学通道的建议"
PICTURE: Final = {
    "name": "校门口.png",
    "mimeType": "image/png",
    "buffer": b"\x89PNG\r\n\x1a\n" + b"\0" * 64 + b"IEND\xaeB`\x82",
}
UNIT: Final = "清源县住建局"


@pytest.fixture(scope="module")
def story() -> dict[str, Any]:
    """What one part of the journey leaves for the next."""
    return {}


def look(page: Page, name: str) -> None:
    """A picture, and what axe has to say: nothing."""
    picture(page, f"journey-{name}")
    assert found_by_axe(page) == [], name


def test_a_member_writes_with_a_colleague_on_a_phone(
    city: City, browser: Browser, story: dict[str, Any]
) -> None:
    colleague = city.logins("清源县委员 ")[1]
    with signed_in(browser, city, "清源县委员 ", PHONE, refused=True) as member:
        member.goto("/proposals/new")
        member.get_by_label(re.compile("^案由")).fill(TITLE)
        member.get_by_label("社会", exact=True).check(force=True)
        member.get_by_label(re.compile("^情况")).fill(
            "学校门前道路宽七米，早晚接送车辆逆行，今年发生剐蹭 6 起。"
        )
        member.get_by_label(re.compile("^分析")).fill("接送区与公交站重叠，高峰无人疏导，标线磨损。")
        member.locator("[data-suggestion-list] textarea").first.fill("划定护学通道，早晚高峰设护学岗。")
        expect(member.locator("[data-save-state]")).to_contain_text("已保存", timeout=10_000)
        name = colleague.who.rpartition(" ")[2]
        member.get_by_label("按姓名查找委员").fill(name)
        member.get_by_role("option").first.click()
        member.get_by_role("button", name="发出联名邀请").click()
        expect(member.locator("#joint .people")).to_contain_text(name)
        member.locator("#attachment").set_input_files(PICTURE)  # type: ignore[arg-type]
        expect(member.locator("#files .files")).to_contain_text("校门口.png")
        look(member, "01-member-writes")
        story["draft"] = member.locator("#proposal-form").get_attribute("data-draft")
        member.goto(f"/proposals/{story['draft']}/edit")
        member.get_by_role("button", name="提交提案").click()
        expect(member.locator("main")).to_contain_text(name)  # not before she has confirmed
        look(member, "02-member-must-wait")


def test_the_co_proposer_confirms_what_was_written(
    city: City, browser: Browser, story: dict[str, Any]
) -> None:
    with signed_in(browser, city, city.logins("清源县委员 ")[1].who, PHONE) as colleague:
        colleague.get_by_role("link", name=re.compile(TITLE[-10:])).first.click()
        expect(colleague.locator("main")).to_contain_text("邀请您联名")
        look(colleague, "03-co-proposer-reads")
        colleague.get_by_role("button", name="确认联名").click()
        expect(colleague.locator("main")).to_contain_text("已确认")
    with signed_in(browser, city, "清源县委员 ", PHONE) as member:
        member.goto(f"/proposals/{story['draft']}/edit")
        member.get_by_role("button", name="提交提案").click()
        member.wait_for_url(re.compile(rf"/proposals/{story['draft']}$"))
        expect(member.locator("main")).to_contain_text("联名提案")
        look(member, "04-member-handed-in")


def test_the_officer_files_asks_the_unit_and_dispatches(
    city: City, browser: Browser, story: dict[str, Any]
) -> None:
    proposal = story["draft"]
    with signed_in(browser, city, "清源县提案委 ", DESK) as officer:
        officer.goto(f"/review?proposal={proposal}")
        expect(officer.locator("#desk")).to_contain_text(TITLE)
        look(officer, "05-officer-reviews")
        officer.keyboard.press("f")
        officer.get_by_role("button", name="立案", exact=True).last.click()
        expect(officer.locator(".flash")).to_contain_text("已立案")
        officer.goto(f"/dispatch?proposal={proposal}")
        officer.locator("[data-unit-search]").fill("住房")
        officer.get_by_label(re.compile("主办：清源县住房和城乡建设局")).check()
        look(officer, "06-officer-asks")
        officer.get_by_role("button", name="预交办").click()
        expect(officer.locator(".flash")).to_contain_text("已预交办")
    with signed_in(browser, city, f"{UNIT}联络员", DESK) as liaison:
        liaison.goto(f"/handling/{proposal}")
        look(liaison, "07-liaison-is-asked")
        liaison.get_by_role("button", name=re.compile("^接受")).click()
        expect(liaison.locator(".flash")).to_be_visible()
    with signed_in(browser, city, "清源县提案委 ", DESK) as officer:
        officer.goto("/dispatch?tab=asked&search=" + TITLE[-10:])
        officer.get_by_label(f"选择 {TITLE}").check()
        officer.get_by_role("button", name=re.compile("正式交办所选")).click()
        officer.locator("dialog[open] button.btn-primary, dialog[open] [value=yes]").last.click()
        expect(officer.locator("main")).to_contain_text("已正式交办 1 件")
        look(officer, "08-officer-dispatched")


def test_the_unit_clerk_signs_lists_talks_and_answers(
    city: City, browser: Browser, story: dict[str, Any]
) -> None:
    proposal = story["draft"]
    with signed_in(browser, city, f"{UNIT}联络员", DESK) as liaison:
        liaison.goto("/unit")
        look(liaison, "09-unit-desk")
        liaison.goto(f"/handling/{proposal}")
        liaison.get_by_role("button", name="签收").click()
        expect(liaison.locator(".flash")).to_be_visible()
    later = local_date(SystemClock().now()) + timedelta(days=45)
    with signed_in(browser, city, f"{UNIT}承办人", DESK, refused=True) as clerk:
        clerk.get_by_role("link", name=re.compile(TITLE[-10:])).first.click()
        clerk.wait_for_url(re.compile(rf"/handling/{proposal}"))
        open_job(clerk, "lines")
        lines = clerk.locator("[data-lines] [data-line]").first
        lines.locator("[name=what]").fill("划线、立牌，设护学岗")
        lines.locator("[name=who]").fill("市政科")
        lines.locator("[name=due_on]").fill(later.isoformat())
        look(clerk, "10-clerk-responsibilities")
        clerk.get_by_role("button", name="保存责任清单").click()
        expect(clerk.locator(".flash")).to_be_visible()
        open_job(clerk, "reply")
        answer(clerk, "已划定护学通道 120 米，设护学岗 2 个。")
        clerk.get_by_role("button", name="送核").click()
        expect(clerk.locator("main")).to_contain_text("不协商不答复")
        look(clerk, "11-clerk-no-talk-no-reply")
        open_job(clerk, "talk")
        clerk.get_by_label("登门走访").check(force=True)
        clerk.locator("#talk-summary").fill("与第一提案人到校门口察看，约定开学前完成。")
        clerk.get_by_role("button", name="记录沟通").click()
        expect(clerk.locator(".flash")).to_be_visible()
        open_job(clerk, "reply")
        expect(clerk.locator("[name=text]").first).to_have_value(re.compile("护学通道 120 米"))
        look(clerk, "12-clerk-reply")
        clerk.get_by_role("button", name="送核").click()
        expect(clerk.locator(".flash")).to_be_visible()


def open_job(page: Page, name: str) -> None:
    """Unfold one of a handler's jobs."""
    job = page.locator(f"#job-{name}")
    if job.get_attribute("open") is None:
        job.locator("summary").first.click()


def answer(page: Page, text: str) -> None:
    """Write the reply to the only suggestion."""
    page.locator(".reply-form [name=opening]").fill("您提出的提案收悉，现答复如下：")
    page.locator("[data-reply-line] [name=text]").first.fill(text)
    page.locator("#class-0-a").check(force=True)
    expect(page.locator(".reply-form [data-save-state]")).to_contain_text("已保存", timeout=10_000)


def test_the_unit_head_signs_on_a_phone(city: City, browser: Browser, story: dict[str, Any]) -> None:
    proposal = story["draft"]
    with signed_in(browser, city, f"{UNIT}核稿人", DESK) as checker:
        checker.goto(f"/handling/{proposal}")
        look(checker, "13-checker")
        checker.get_by_role("button", name=re.compile("核稿通过")).click()
        expect(checker.locator(".flash")).to_be_visible()
    with signed_in(browser, city, f"{UNIT}签发领导", PHONE) as head:
        head.get_by_role("link", name=re.compile(TITLE[-10:])).first.click()
        look(head, "14-head-reads-the-letter")
        head.get_by_role("button", name="签发", exact=True).first.click()
        head.locator("dialog[open] button.btn-primary, dialog[open] [value=yes]").last.click()
        expect(head.locator("main")).to_contain_text("已答复")
        look(head, "15-head-signed")


def test_both_proposers_read_the_letter_and_judge(
    city: City, browser: Browser, story: dict[str, Any]
) -> None:
    proposal = story["draft"]
    for place, login in enumerate(city.logins("清源县委员 ")[:2]):
        with signed_in(browser, city, login.who, PHONE) as member:
            member.goto(f"/proposals/{proposal}")
            expect(member.locator("main")).to_contain_text("提案复〔")
            if place == 0:
                look(member, "16-member-reads-the-reply")
                with member.expect_download() as download:
                    member.locator("a[href*='letter.docx']").first.click()
                assert download.value.suggested_filename.endswith(".docx")
            member.goto(f"/feedback/{proposal}")
            for question in ("visited", "attitude", "heard", "fit", "result"):
                member.locator(f"input[name={question}]").first.check(force=True)
            look(member, f"17-feedback-{place}")
            member.get_by_role("button", name="提交反馈").click()
            expect(member.locator("main")).to_contain_text("谢谢" if place == 0 else "已")
    with signed_in(browser, city, "清源县委员 ", PHONE) as member:
        member.goto(f"/proposals/{proposal}")
        expect(member.locator("main")).to_contain_text("办结")
        look(member, "18-member-closed")
        member.goto("/members/me")
        expect(member.locator("main")).to_contain_text("提案")
        look(member, "19-member-why-these-points")


def test_the_agencys_developer_sees_every_step(
    city: City, story: dict[str, Any], running: Callable[[Any], Any]
) -> None:
    """Through the account that the operator made, with nothing but what was handed over."""
    agencies = city.stack.agencies
    credentials = agencies.hand_over(agencies.find("inspection"), city.stack.nats_url)
    steps = running(steps_of(credentials, story["draft"]))
    wanted = [
        "proposal_filed",
        "proposal_pre_dispatched",
        "allocation_accepted",
        "proposal_dispatched",
        "dispatch_signed",
        "responsibilities_set",
        "talk_recorded",
        "proposal_replied",
        "feedback_closed",
        "handling_closed",
    ]
    assert [step for step in steps if step in wanted] == wanted


async def steps_of(credentials: Credentials, proposal: str) -> list[str]:
    """Everything that waits for the agency, two years of it; the names of the events about one proposal."""
    found: list[str] = []
    async with AgencyClient.from_folder(credentials.folder) as client:
        events = client.events()
        while True:
            try:
                event = await asyncio.wait_for(anext(events), 2)
            except TimeoutError:
                return found
            if event.data.get("proposal_id") == proposal:
                found.append(event.type.split(".")[-2])


def test_the_administrator_sees_what_was_delivered(city: City, browser: Browser) -> None:
    with signed_in(browser, city, "清源县系统管理员", DESK) as admin:
        admin.goto("/agencies")
        look(admin, "20-agencies")
        admin.get_by_role("link", name=re.compile("督查室")).first.click()
        expect(admin.locator("main")).to_contain_text(TITLE)
        look(admin, "21-deliveries")
        for path, name in (("/live", "22-live"), ("/accounts", "23-accounts"), ("/units", "24-units")):
            admin.goto(path)
            look(admin, name)


def test_last_year_is_closed_and_a_suggestion_waits_for_a_decision(city: City, browser: Browser) -> None:
    """Row 08 as the demo tells it: fourteen points are suggested, and people decide; 安和市 has not closed yet."""
    year = local_date(SystemClock().now()).year - 1
    with signed_in(browser, city, "云岭县委员联络室", DESK) as office:
        office.get_by_role("link", name=re.compile("积分 14 分，低于 15 分")).click()
        office.goto(f"{office.url}?year={year}")
        expect(office.locator("#result")).to_contain_text("建议不是决定")
        office.get_by_text("登记研究决定").click()
        look(office, "25-suggestion")
        office.get_by_label("留任并约谈").check(force=True)
        office.locator("#decide-reason").fill("主席会议研究，约谈后继续履职")
        office.get_by_role("button", name="登记决定").click()
        office.locator("dialog[open] button.btn-primary, dialog[open] [value=agree]").last.click()
        expect(office.locator("#result")).to_contain_text("留任并约谈：主席会议研究")
        look(office, "26-decided")
        office.goto(f"/ranking?year={year}")
        expect(office.locator("main")).to_contain_text("58 人达标，2 人未达标")
        look(office, "27-year-closed")
    with signed_in(browser, city, "安和市委员联络室", DESK) as office:
        office.goto(f"/ranking?year={year}")
        expect(office.get_by_role("button", name="结算本年度")).to_be_visible()
        look(office, "28-year-open")


def test_whoever_has_a_login_gets_mail(city: City) -> None:
    def circular() -> bool:
        mails = [mail.message for mail in kept_mails(city.stack.data)]
        return any(
            "履职情况的通知" in mail["Subject"]
            for mail in mails
            if mail["To"] == "county-member-1@anhe.example"
        )

    until(circular, "the demo's circular was mailed", limit=30)


@pytest.fixture(scope="module")
def running() -> Callable[[Any], Any]:
    """Runs a coroutine beside the browser's own loop."""

    def run(work: Any) -> Any:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, work).result(timeout=60)

    return run


PAGES: Final = {
    "清源县提案委 ": ("/work", "/review", "/dispatch?tab=working", "/dispatch?tab=overdue", "/circular", "/commitments",
                  "/rates", "/appraisal", "/review/scheme", "/proposals?tab=filed", "/notices", "/preferences"),
    "清源县委员联络室": ("/members", "/ranking", "/duty", "/appeals", "/circulars", "/coverage", "/coverage/conveners"),
    "清源县专委会办公室": ("/topics", "/plan", "/templates", "/processes"),
    "清源县委员 ": ("/work", "/proposals", "/members/me", "/commitments", "/notices", "/topics", "/preferences"),
    "清源县督查室": ("/work", "/circular", "/commitments"),
    "月湖县大会提案组": ("/review",),
    "清源县住建局承办人": ("/work", "/unit", "/commitments"),
}  # fmt: skip
"""Whose pages are looked at, both at a desk and on a phone."""


@pytest.mark.parametrize("who", PAGES)
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_of_the_demo_city_has_something_to_see(
    city: City, browser: Browser, who: str, size: dict[str, int]
) -> None:
    with signed_in(browser, city, who, size) as page:
        for path in PAGES[who]:
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            look(page, f"page-{who.strip()}{path.replace('/', '-').replace('?', '-')}-{size['width']}")
