"""Every page fits a small phone, obeys the content security policy and can be used by everybody."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from services.portal.assets.build import packages
from services.portal.render import TEMPLATES
from tests.browser.gallery import every, open_example, overflow

NAMES = [name for name, _, _ in every()]
SIZES = (("", 320), ("", 360), ("large", 320), ("large", 360))
"""Small phones, and what 1280 pixels are at 400 % (WCAG 1.4.10), in both sizes of type."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def test_every_template_of_a_page_has_an_example() -> None:
    shown = {view.template for _, _, view in every()}
    pages = {path.name for path in TEMPLATES.glob("*.html")}
    whole = {name for name in pages if '{% extends "base.html" %}' in (TEMPLATES / name).read_text("utf-8")}
    assert whole - shown == set()


def found_by_axe(page: Page) -> list[str]:
    """What axe finds, as rule and element."""
    page.evaluate((packages() / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("name", NAMES)
def test_page_is_accessible_obeys_the_policy_and_fits_a_small_phone(
    gallery: str, browser: Browser, name: str
) -> None:
    page, complaints = open_example(browser, gallery, name, 1280)
    assert found_by_axe(page) == []
    for size, width in SIZES:
        page.evaluate("size => document.documentElement.dataset.size = size", size)
        page.set_viewport_size({"width": width, "height": 740})
        assert overflow(page) <= 0, f"at {width} pixels {size and 'in large type'}"
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize(
    "name",
    [
        "proposal_form_refused",
        "review_desk_declining",
        "accounts",
        "dossier",
        "members",
        "my_work_officer",
        "proposal_handled",
        "templates",
    ],
)
def test_axe_finds_nothing_on_a_phone(gallery: str, browser: Browser, name: str) -> None:
    page, _ = open_example(browser, gallery, name, 390)
    assert found_by_axe(page) == []
    page.context.close()


def test_large_type_is_remembered_and_applied_before_the_first_paint(gallery: str, browser: Browser) -> None:
    page, _ = open_example(browser, gallery, "my_work_member", 1280)
    page.get_by_role("button", name="大字").click()
    page.reload()
    assert page.locator("html").get_attribute("data-size") == "large"
    assert page.get_by_role("button", name="大字").get_attribute("aria-pressed") == "true"
    page.context.close()


def test_every_control_shows_its_focus(gallery: str, browser: Browser) -> None:
    page, _ = open_example(browser, gallery, "proposals_mine", 1280)
    reached = set()
    for _ in range(20):
        page.keyboard.press("Tab")
        outline, what = page.evaluate(
            "() => [getComputedStyle(document.activeElement).outlineWidth, document.activeElement.outerHTML.slice(0, 80)]"
        )
        assert outline == "3px", what
        reached.add(what)
    assert len(reached) > 12
    page.context.close()


def test_what_the_policy_forbids_is_noticed(gallery: str, browser: Browser) -> None:
    page, complaints = open_example(browser, gallery, "my_work_member", 1280)
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s); }"
    )
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in complaint for complaint in complaints)
    page.context.close()
