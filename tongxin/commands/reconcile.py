"""`tongxin reconcile`: compare outboxes, streams and followers, and mend what differs; needed after every restore."""

import asyncio
from typing import Annotated

import typer

from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from infra.recovery.compare import Difference
from infra.recovery.mend import as_json, describe
from infra.recovery.outside import told_outside
from infra.recovery.reconcile import differences, mend_all, open_marks
from infra.recovery.reconcile import settle as settle_mark
from infra.recovery.seeding import seed_follower
from tongxin.terminal import Terminal, problems_said
from tongxin_contracts.subjects import OWNERS, SERVICES

ROADS = {"mail": "邮件", "agency": "外部机构"}
"""How something left the house, as people say it."""

app = typer.Typer(help="核对数据库与消息流，恢复之后必须运行。", invoke_without_command=True)


@app.callback()
def reconcile(
    context: typer.Context,
    service: Annotated[str | None, typer.Option(help="只看一个服务；不写则全部")] = None,
    mend: Annotated[bool, typer.Option("--mend", help="修复查出的差异")] = False,
    json: Annotated[bool, typer.Option("--json", help="每个服务一行 JSON")] = False,
) -> None:
    """指出发件箱、消息流与各订阅者之间的差异；有差异而未修复时以 1 结束。"""
    if context.invoked_subcommand:
        return
    if service is not None and service not in SERVICES:
        raise typer.BadParameter(f"没有服务 {service}")
    terminal = Terminal()
    with problems_said():
        stack = Stack.attached(LocalSettings())
        found = asyncio.run(differences(stack, service))
        for one in found:
            for line in [as_json(one)] if json else describe(one):
                typer.echo(line)
        found = [one for one in found if not one.is_none]
        mendable = [one for one in found if one.is_mendable]
        if not found:
            terminal.good("发件箱、消息流与订阅者一致。")
            return
        if mendable and not mend:
            terminal.alarm("有差异。加 --mend 修复；恢复过的服务修复后才能启动。")
        elif mendable:
            for line in asyncio.run(mend_all(stack, mendable)):
                terminal.note(line)
            terminal.good("已修复。有对象退回时：tongxin reconcile list 逐件核对，并重新启动该服务。")
    _say_who_is_to_be_seeded(terminal, found)
    if mendable and not mend:
        raise typer.Exit(1)


def _say_who_is_to_be_seeded(terminal: Terminal, found: list[Difference]) -> None:
    """Mending hands out what somebody still has; what nobody has any more is told as states, by another command."""
    lacking = sorted({unseeded.follower for one in found for unseeded in one.unseeded}, key=SERVICES.index)
    if lacking:
        commands = "；".join(f"tongxin reconcile seed {follower}" for follower in lacking)
        terminal.alarm(f"{'、'.join(lacking)} 缺少消息流中已没有的对象，--mend 补不了。请运行：{commands}")
        raise typer.Exit(1)


@app.command("list")
def list_open() -> None:
    """列出随数据库退回、还没有人核对的对象。"""
    with problems_said():
        marks = asyncio.run(open_marks(Stack.attached(LocalSettings())))
    for mark in marks:
        typer.echo(
            f"{mark.service}\t{mark.kind}\t{mark.aggregate}\t{mark.committee}"
            f"\t数据库第 {mark.kept_version} 版\t现为第 {mark.version} 版"
        )
    if not marks:
        Terminal().good("没有需要核对的对象。")


@app.command()
def outside() -> None:
    """列出已经发出、而所说的事随数据库退回的邮件和外部机构消息：无法收回，须由人说明。"""
    with problems_said():
        found = asyncio.run(told_outside(Stack.attached(LocalSettings())))
    for one in found:
        typer.echo(
            f"{one.service}\t{one.aggregate}\t{one.committee}\t{ROADS[one.road]}\t{one.whom}\t{one.at:%Y-%m-%d %H:%M:%S} UTC"
        )
    if not found:
        Terminal().good("没有已经发出而不再成立的邮件或消息。")


@app.command()
def seed(
    follower: Annotated[str, typer.Argument(help="新加入的、或数据库丢失的服务")],
    owner: Annotated[list[str] | None, typer.Option(help="只告知这个服务的对象；可重复，不写则全部")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="已知道的对象也重新告知：新版本增加了表时用")
    ] = False,
) -> None:
    """把各服务现有的全部对象告知一个服务；消息流只有 90 天。分批进行，中断后再运行即可继续。"""
    for name in (follower, *(owner or ())):
        if name not in SERVICES:
            raise typer.BadParameter(f"没有服务 {name}")
    terminal = Terminal()
    with problems_said():
        asyncio.run(
            seed_follower(
                Stack.attached(LocalSettings()),
                follower,
                [name for name in OWNERS if name in (owner or ())],
                again=again,
                say=terminal.note,
            )
        )
    terminal.good(f"{follower} 已知道各服务现有的对象。")


@app.command()
def settle(
    service: Annotated[str, typer.Argument(help="服务")],
    aggregate: Annotated[str, typer.Argument(help="对象编号，见 reconcile list")],
) -> None:
    """登记：已由工作人员核对。"""
    if service not in SERVICES:
        raise typer.BadParameter(f"没有服务 {service}")
    with problems_said():
        done = asyncio.run(settle_mark(Stack.attached(LocalSettings()), service, aggregate))
    if not done:
        Terminal().alarm(f"{service} 没有待核对的 {aggregate}。")
        raise typer.Exit(1)
    Terminal().good("已登记。")
