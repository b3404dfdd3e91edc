"""The feedback form keeps what was chosen in this browser until it is sent, and offers it to nobody else."""

from playwright.sync_api import Browser

from tests.browser.gallery import open_example


def test_what_was_chosen_and_typed_is_there_again_until_it_was_sent(gallery: str, browser: Browser) -> None:
    page, complaints = open_example(browser, gallery, "feedback_form", 390)
    page.get_by_label("打电话沟通过").check()
    page.get_by_label("不满意", exact=True).check()
    page.locator("#words").fill("第二条没有答复")
    assert page.get_by_text("已替您记在这台设备上").is_visible()
    page.reload()
    assert page.locator("input[value=phone]").is_checked()
    assert page.locator("input[value=dissatisfied]").is_checked()
    assert page.locator("#words").input_value() == "第二条没有答复"

    page.goto(f"{gallery}/proposal_form.html", wait_until="load")
    assert not page.get_by_text("本机有一份未上传的草稿").is_visible(), "an answer is no lost draft"

    page.goto(f"{gallery}/feedback_thanks.html", wait_until="load")
    page.goto(f"{gallery}/feedback_form.html", wait_until="load")
    assert not page.locator("input[value=phone]").is_checked(), "what was sent is kept no longer"
    assert complaints == []
    page.context.close()


def test_somebody_else_at_this_browser_is_not_shown_it(gallery: str, browser: Browser) -> None:
    page, _ = open_example(browser, gallery, "feedback_form", 390)
    page.get_by_label("打电话沟通过").check()
    page.evaluate(
        """() => {
            for (const key of Object.keys(localStorage).filter((one) => one.includes("feedback:"))) {
                const record = JSON.parse(localStorage.getItem(key));
                localStorage.setItem(key, JSON.stringify({ ...record, owner: "somebody else" }));
            }
        }"""
    )
    page.reload()
    assert not page.locator("input[value=phone]").is_checked()
    page.context.close()
