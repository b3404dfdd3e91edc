"""`tongxin agency`: outside bodies that receive events through an account of their own on the bus."""

import asyncio
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from chassis.identity import Actor
from chassis.ids import new_id
from chassis.problems import Refusal
from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from tongxin.asking import Asker
from tongxin.terminal import Terminal, problems_said
from tongxin_contracts.notify.agencies import ReplayEvents, Replaying
from tongxin_contracts.notify.queries import Agencies, AgenciesAnswer
from tongxin_contracts.permissions import Role

app = typer.Typer(help="外部机构（接收事件的单位）。", no_args_is_help=True)


@app.command()
def add(
    agency: Annotated[str, typer.Argument(help="标识：小写字母、数字、下划线，例如 inspection")],
    name: Annotated[str, typer.Option(help="名称，例如 清源县督查室")],
) -> None:
    """新增外部机构：账户、密钥、专用消费者，并写出交给对方的文件夹。"""
    terminal = Terminal()
    with problems_said():
        try:
            found = Stack.attached(LocalSettings()).add_agency(agency, name)
        except ValueError as error:
            raise typer.BadParameter(
                f"标识 {agency!r} 只能由小写字母、数字、下划线组成，以字母开头"
            ) from error
    terminal.good(f"外部机构 {agency}（{name}）已可连接。")
    terminal.note(f"交给对方的文件夹：{found.folder}（含私钥，权限 0600，请用安全方式传送）")
    terminal.note(f"地址 {found.url}，流 {found.stream}，消费者 {found.consumer}")
    terminal.note(
        f"密钥文件 {found.seed_file.name}，连接信息 connect.json；用 tongxin-contracts 的客户端即可读取。"
    )


@app.command("list")
def list_all() -> None:
    """列出外部机构。"""
    with problems_said():
        agencies = Stack.attached(LocalSettings()).list_agencies()
    for entry in agencies:
        typer.echo(f"{entry.id}\t{entry.name}")
    if not agencies:
        typer.echo("还没有外部机构。")


_CHINA = ZoneInfo("Asia/Shanghai")


@app.command()
def replay(
    agency: Annotated[str, typer.Argument(help="标识，例如 inspection")],
    committee: Annotated[str, typer.Option(help="哪个政协的事件：六位区划代码，例如 340921")],
    since: Annotated[datetime, typer.Option(help="从何时起（北京时间），例如 2026-11-20T08:00:00")],
    until: Annotated[datetime | None, typer.Option(help="到何时止；不写则到现在")] = None,
) -> None:
    """把已送过的事件再送一次：事件编号不变，对方按编号去重；在后台分批进行。"""
    terminal = Terminal()
    with problems_said():
        stack = Stack.attached(LocalSettings())
        try:
            asked = asyncio.run(ask_replay(stack, agency, committee, _here(since), until and _here(until)))
        except ValueError as error:
            raise typer.BadParameter("请检查区划代码（六位数字），并让结束时间晚于开始时间") from error
        except Refusal as refusal:
            problem = refusal.problem(None)
            said = [error.message for error in problem.errors or ()]
            terminal.alarm("；".join(said or [problem.detail or problem.title]))
            raise typer.Exit(1) from refusal
    if asked is None:
        terminal.alarm(f"{committee} 没有给机构 {agency} 的订阅。")
        raise typer.Exit(1)
    terminal.good(f"将重放 {asked.wanted} 件事件，进度见门户“外部机构”。")


async def ask_replay(
    stack: Stack, agency: str, committee: str, since: datetime, until: datetime | None
) -> Replaying | None:
    """As the committee's administrator would; None where the agency has no subscription there."""
    actor = Actor(id="system:operator", committee=committee, roles=(Role.ADMIN,))
    asker = await Asker.open(stack)
    try:
        known = await asker.ask_for(AgenciesAnswer, Agencies(committee=committee), actor)
        ids = [one.subscription_id for one in known.subscriptions if one.agency == agency]
        if not ids:
            return None
        command = ReplayEvents(
            committee=committee, replay_id=new_id(), subscription_id=ids[0], since=since, until=until
        )
        return await asker.ask_for(Replaying, command, actor)
    finally:
        await asker.close()


def _here(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=_CHINA)
