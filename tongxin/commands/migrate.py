"""`tongxin migrate`: bring the tables of one service, or of all, to the newest revision."""

from typing import Annotated

import typer

from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from tongxin.terminal import Terminal, problems_said
from tongxin_contracts.subjects import SERVICES


def migrate(
    name: Annotated[str | None, typer.Argument(help="一个服务；不写则全部")] = None,
) -> None:
    """执行数据库迁移。"""
    terminal = Terminal()
    if name is not None and name not in SERVICES:
        raise typer.BadParameter(f"没有服务 {name}")
    with problems_said():
        done = Stack.attached(LocalSettings()).migrate((name,) if name else SERVICES)
    for service, revisions in done.items():
        terminal.note(f"{service}：{'、'.join(revisions) if revisions else '已是最新'}")
