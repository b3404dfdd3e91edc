"""`tongxin replay`: hand events out once more, to one follower or from the outbox to all of them."""

import asyncio
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from infra.local.problems import StackError
from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from infra.recovery.replay import Plan, hand_out, plan_handing_out, plan_sending_again, send_again
from tongxin.terminal import Terminal, problems_said
from tongxin_contracts.subjects import OWNERS, SERVICES, event_stream

_CHINA = ZoneInfo("Asia/Shanghai")


def replay(
    owner: Annotated[str, typer.Argument(help="谁的事件，例如 proposals")],
    since: Annotated[datetime, typer.Option(help="从何时起（北京时间），例如 2026-11-20T08:00:00")],
    to: Annotated[
        str | None, typer.Option(help="只给一个服务，例如 members；不写则由发件箱重新发布，所有服务都会收到")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说会怎样，不执行")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问")] = False,
) -> None:
    """重放事件：已处理过的由版本闸门丢弃，缺的补上。"""
    if owner not in OWNERS:
        raise typer.BadParameter(f"没有自己的事件：{owner}；可以是 {'、'.join(OWNERS)}")
    if to is not None and to not in SERVICES:
        raise typer.BadParameter(f"没有服务 {to}")
    terminal, stream = Terminal(), event_stream(owner)
    moment = since if since.tzinfo else since.replace(tzinfo=_CHINA)
    with problems_said():
        stack = Stack.attached(LocalSettings())
        plan = asyncio.run(_plan(stack, owner, to, stream, moment))
        whom = f"{to} 将重新收到" if to else f"{owner} 的发件箱将重新发布"
        typer.echo(
            f"{whom} {stream} 自 {moment:%Y-%m-%d %H:%M:%S} 起的 {plan.messages} 件事件；已处理过的不会再次生效。"
        )
        if dry_run or not plan.messages:
            return
        if not yes:
            typer.confirm("继续吗？", abort=True)
        if to:
            asyncio.run(hand_out(stack, to, plan))
        else:
            asyncio.run(send_again(stack, owner, stream, moment))
    terminal.good("已开始；进度见 tongxin lag。")


async def _plan(stack: Stack, owner: str, to: str | None, stream: str, since: datetime) -> Plan:
    if to is None:
        return await plan_sending_again(stack, owner, stream, since)
    if to == owner:
        raise StackError(f"{owner} 不读取自己的事件。")
    return await plan_handing_out(stack, to, stream, since)
