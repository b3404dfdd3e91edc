"""`tongxin up`: the whole of Tongxin on this machine, watched until Ctrl-C.

Order up: bus and database, what is provisioned on them, migrations, the five processes, the demo city. Order down:
the door, the services, the database, the bus.
"""

import asyncio
import signal
import time

import typer

from infra.local.environment import inherited_settings
from infra.local.settings import LocalSettings
from infra.local.stack import STOP_ORDER, Stack
from infra.local.supervisor import Supervisor
from tongxin.demo_once import demo_logins
from tongxin.login import Login
from tongxin.terminal import Terminal, problems_said
from tongxin_contracts.subjects import SERVICES


def up() -> None:
    """启动整个同心：NATS、PostgreSQL、五个进程与演示数据；Ctrl-C 全部停止。"""
    terminal = Terminal()
    settings = LocalSettings()
    with problems_said():
        stack = Stack.from_settings(settings, extra_environment=inherited_settings())
        try:
            asyncio.run(_run(stack, settings, terminal))
        finally:
            stack.stop()
    terminal.good("同心已停止，数据保存在 " + str(stack.data))


async def _run(stack: Stack, settings: LocalSettings, terminal: Terminal) -> None:
    """Bring everything up, wait for a signal, bring everything down."""
    told_to_stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    supervisor = Supervisor(terminal, stack.leftovers)
    bringing_up = asyncio.create_task(_bring_up(stack, settings, supervisor, terminal))
    stopping = asyncio.create_task(told_to_stop.wait())
    try:
        await asyncio.wait({bringing_up, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if bringing_up.done():
            bringing_up.result()
            await stopping
        terminal.note("正在停止……")
    finally:
        for task in (bringing_up, stopping):
            task.cancel()
        await asyncio.gather(bringing_up, stopping, return_exceptions=True)
        await supervisor.stop_all(STOP_ORDER)


async def _bring_up(
    stack: Stack, settings: LocalSettings, supervisor: Supervisor, terminal: Terminal
) -> None:
    began = time.monotonic()
    await asyncio.to_thread(stack.prepare)
    servers = [
        *([stack.nats_program] if stack.embeds_nats else []),
        *([stack.postgres_program] if stack.embeds_postgres else []),
    ]
    await supervisor.start(*servers)
    terminal.note(
        f"{'、'.join(server.name for server in servers) or '现有的 NATS 与 PostgreSQL'} 已启动（数据目录 {stack.data}）"
    )
    for made in await asyncio.to_thread(stack.make_databases):
        terminal.note(f"新建数据库 {made}")
    for change in await asyncio.to_thread(stack.provision):
        terminal.note(change)
    for service, revisions in (await asyncio.to_thread(stack.migrate)).items():
        if revisions:
            terminal.note(f"{service} 迁移：{'、'.join(revisions)}")
    logins = await _demo(stack, terminal) if settings.demo else []
    began = time.monotonic() if logins else began
    await supervisor.start(
        *stack.mail_programs,
        *stack.collector_programs,
        *(stack.service_program(service) for service in SERVICES),
    )
    terminal.note(f"五个进程已就绪（{time.monotonic() - began:.1f} 秒）")
    if logins:
        typer.echo("可用的登录：")
        for login in logins:
            typer.echo(f"    {login.who}：{login.account} / {login.password}")
    terminal.good(f"同心已启动：{stack.public_url}")
    if stack.mail_programs:
        terminal.note("邮件只在本机保存，不向外发送：tongxin mails list 查看")
    terminal.note(f"日志在 {stack.data / 'logs'}；Ctrl-C 停止，数据不会丢失。")


async def _demo(stack: Stack, terminal: Terminal) -> list[Login]:
    """The demo's logins; the first start loads it, which takes up to a minute and says how far it is."""
    began = time.monotonic()
    logins = await asyncio.to_thread(demo_logins, stack, terminal.note)
    terminal.note(f"演示数据就绪（{time.monotonic() - began:.1f} 秒）")
    return logins
