"""The demo city in real browsers: its servers, its five processes, and somebody's own browser window.

Pictures of every step are left in build/screenshots/ to be looked at; they are not kept in the repository.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, ViewportSize

from infra.local.ports import free_port, free_ports
from infra.local.program import Running
from infra.local.stack import Stack
from tests.conftest import ACK_WAIT, temporary_folder
from tongxin.demo import load_demo
from tongxin.login import Login
from tongxin_contracts.subjects import SERVICES

PICTURES: Final = Path("build/screenshots")
PHONE: Final = {"width": 390, "height": 844}
DESK: Final = {"width": 1280, "height": 900}


class City:
    """The demo city on its own servers, and who can sign in."""

    def __init__(self, stack: Stack, running: dict[str, Running], logins: list[Login]) -> None:
        self.stack = stack
        self.running = running
        self._logins = logins
        self.address = f"http://127.0.0.1:{stack.ports.portal}"

    def login(self, who: str) -> Login:
        """The first one whose description begins like this."""
        return self.logins(who)[0]

    def logins(self, who: str) -> list[Login]:
        """All whose description begins like this."""
        return [login for login in self._logins if login.who.startswith(who)]


@contextmanager
def demo_city() -> Iterator[City]:
    """Servers, five processes, the demo city."""
    with temporary_folder() as folder, ExitStack() as end:
        stack = Stack(folder, ports=replace(free_ports(), smtp=free_port()), ack_wait=ACK_WAIT).start()
        end.callback(stack.stop)
        logins = load_demo(stack, lambda _said: None)
        running = {program.name: Running(program).wait_ready() for program in stack.mail_programs}
        end.callback(lambda: [one.stop() for one in running.values()])
        for service in SERVICES:
            running[service] = stack.start_service(service)
        yield City(stack, running, logins)


@contextmanager
def signed_in(
    browser: Browser, city: City, who: str, size: dict[str, int], *, refused: bool = False
) -> Iterator[Page]:
    """A browser of somebody's own; whatever its console complains of fails the test, except for a refused page."""
    context = browser.new_context(
        viewport=ViewportSize(width=size["width"], height=size["height"]),
        locale="zh-CN",
        reduced_motion="reduce",
        base_url=city.address,
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    login = city.login(who)
    page.goto("/login")
    page.get_by_label("账号").fill(login.account)
    page.get_by_label("密码", exact=True).fill(login.password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/work")
    yield page
    context.close()
    assert refused or complaints == [], complaints


def picture(page: Page, name: str) -> None:
    """Leave a picture, and see that nothing is wider than the window."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], f"{name} is {width} px wide"  # type: ignore[index]
