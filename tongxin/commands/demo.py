"""`tongxin demo`: load the demo city into a stack that runs."""

from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from tongxin.demo_once import demo_logins
from tongxin.terminal import Terminal, problems_said


def demo() -> None:
    """装入演示数据（只装一次），并列出可用的登录。"""
    terminal = Terminal()
    with problems_said():
        logins = demo_logins(Stack.attached(LocalSettings()), terminal.note)
    for login in logins:
        terminal.note(f"{login.who}：{login.account} / {login.password}")
