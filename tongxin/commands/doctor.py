"""`tongxin doctor`: what is wrong here and how to mend it."""

from typing import Annotated

import typer

from infra.local.checkup import check_up
from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from tongxin.terminal import Terminal, problems_said


def doctor(
    replicas: Annotated[int, typer.Option(help="每个服务运行几份（用来核对数据库连接数）")] = 1,
) -> None:
    """检查本机安装：版本、端口、密钥权限、消息流、连接数、迁移、五个进程。"""
    terminal = Terminal()
    wrong = 0
    with problems_said():
        for finding in check_up(Stack.attached(LocalSettings()), replicas):
            if finding.well:
                terminal.note(f"{finding.what}：{finding.said}")
            else:
                wrong += 1
                terminal.alarm(f"{finding.what}：{finding.said}。处理：{finding.mend}")
    if wrong:
        raise typer.Exit(1)
    terminal.good("一切正常。")
