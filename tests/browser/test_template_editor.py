"""The editor of process templates in a real browser: the chart follows what is typed, and typing is not disturbed.

The server is played by a route that reads the form as the portal does and renders the page again.
"""

from urllib.parse import parse_qsl

from playwright.sync_api import Browser, Page, Route, expect

from services.portal.assets.manifest import Manifest
from services.portal.render import Renderer
from services.portal.template_form import read_form
from tests.browser.example_consultation import OFFICE, form_view
from tests.browser.examples import page as frame
from tests.browser.gallery import open_example


def opened(browser: Browser, gallery: str) -> tuple[Page, list[str]]:
    """The editor with a server behind it; what its console complains of."""
    page, complaints = open_example(browser, gallery, "template_form", 1280)
    renderer = Renderer(Manifest.load())

    def play(route: Route) -> None:
        if route.request.method != "POST":
            route.fallback()
            return
        made = read_form(dict(parse_qsl(route.request.post_data or "", keep_blank_values=True)), "own_1")
        body = renderer.render(frame("/templates/new", OFFICE), form_view(made))
        route.fulfill(content_type="text/html; charset=utf-8", body=body)

    page.route("**/templates/new", play)
    return page, complaints


def test_the_chart_follows_what_is_typed_and_the_focus_stays(browser: Browser, gallery: str) -> None:
    page, complaints = opened(browser, gallery)
    name = page.get_by_label("名称", exact=True).first
    name.fill("院坝收集")
    page.keyboard.press("Tab")
    expect(page.locator("#preview .flow-down .flow-name").first).to_have_text("院坝收集")
    expect(page.get_by_label("谁来办").first).to_be_focused()
    expect(name).to_have_value("院坝收集")
    page.get_by_label("达成共识 →", exact=True).select_option("end")
    expect(page.locator("#preview")).to_contain_text("走不到")
    assert complaints == []


def test_another_kind_of_step_asks_for_its_own_outcomes(browser: Browser, gallery: str) -> None:
    page, complaints = opened(browser, gallery)
    page.get_by_label("做什么").first.select_option("vote")
    first = page.locator("#step-1")
    expect(first.get_by_label("通过 →", exact=True)).to_be_visible()
    expect(first.get_by_label("怎样算通过")).to_have_value("simple")
    assert complaints == []
