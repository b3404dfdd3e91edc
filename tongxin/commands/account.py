"""`tongxin account admin`: a committee's first administrator, who makes every other account on the page."""

import asyncio
import re
from typing import Annotated, Final

import typer

from chassis.clock import SystemClock
from chassis.database import Database, is_taken
from chassis.ids import new_id
from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from services.portal.accounts import passwords, records
from tongxin.terminal import Terminal, problems_said
from tongxin_contracts.permissions import Role

app = typer.Typer(help="登录账号。", no_args_is_help=True)
_COMMITTEE: Final = re.compile(r"\d{6}")
_LOGIN: Final = re.compile(r"[a-z][a-z0-9.\-]{2,39}")


@app.callback()
def accounts() -> None:
    """登录账号。"""


@app.command()
def admin(
    login: Annotated[str, typer.Argument(help="登录名：小写字母开头，3 至 40 位")],
    committee: Annotated[str, typer.Option(help="哪个政协：六位区划代码，例如 340900")],
    name: Annotated[str, typer.Option(help="姓名")],
) -> None:
    """新建一个政协的系统管理员，给出一次性口令；其余账号由管理员在页面上建立。"""
    terminal = Terminal()
    if not _COMMITTEE.fullmatch(committee) or not _LOGIN.fullmatch(login):
        raise typer.BadParameter("区划代码是六位数字；登录名以小写字母开头，由小写字母、数字、点和短横组成")
    with problems_said():
        password = asyncio.run(first_admin(Stack.attached(LocalSettings()), login, committee, name))
    if password is None:
        terminal.alarm(f"登录名 {login} 已有人使用。")
        raise typer.Exit(1)
    terminal.good(f"{committee} 的系统管理员 {name}：{login} / {password}")
    terminal.note("口令只显示这一次，首次登录时必须更改。")


async def first_admin(stack: Stack, login: str, committee: str, name: str) -> str | None:
    """The one-time password; None when the login is taken."""
    database = Database(stack.database_url("portal", "app"), pool_size=1)
    password = passwords.one_time()
    try:
        async with database.transaction() as tx:
            await records.add_account(
                tx,
                login=login,
                name=name,
                person_id=new_id(),
                committee=committee,
                roles=[Role.ADMIN],
                password=password,
                must_change=True,
                now=SystemClock().now(),
            )
    except Exception as error:
        if is_taken(error):
            return None
        raise
    finally:
        await database.close()
    return password
