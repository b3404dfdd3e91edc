"""`tongxin provision`: make databases, streams and consumers what they must be; says what changed."""

from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from tongxin.terminal import Terminal, problems_said


def provision() -> None:
    """建立或校正数据库、消息流与消费者；重复运行不会改变什么。"""
    terminal = Terminal()
    with problems_said():
        stack = Stack.attached(LocalSettings())
        changes = [f"database {name} made" for name in stack.make_databases()] + stack.provision()
    for change in changes:
        terminal.note(change)
    terminal.good("已就绪。" if changes else "没有需要改变的。")
