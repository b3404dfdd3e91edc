"""`tongxin letters`: events a reaction could not take, and what to do about them.

A wish is written down here and carried out by the service within a second or so; payloads may hold personal data and
are shown only when asked for one letter.
"""

import asyncio
from typing import Annotated, NoReturn

import typer

from chassis import letters
from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from tongxin.terminal import Terminal, problems_said
from tongxin_contracts.subjects import SERVICES

app = typer.Typer(help="无法处理的事件（死信）。", no_args_is_help=True)

ServiceArgument = Annotated[str, typer.Argument(help="服务")]
LetterArgument = Annotated[int, typer.Argument(help="编号，见 letters list")]


@app.command("list")
def list_all(
    service: Annotated[str | None, typer.Argument(help="一个服务；不写则全部")] = None,
    waiting: Annotated[bool, typer.Option(help="连同只是在等前一版本的事件")] = False,
) -> None:
    """列出死信：服务、编号、原因、事件、后面等着几件。"""
    found = 0
    for name in (service,) if service else SERVICES:
        for letter in asyncio.run(letters.list_letters(_worker_url(name), waiting_too=waiting)):
            found += 1
            typer.echo(
                f"{name}\t{letter.id}\t{letter.reason}\t{letter.subject}\t"
                f"{letter.held_at:%Y-%m-%d %H:%M:%S}\t后面 {letter.behind} 件\t{letter.explanation or ''}"
            )
    if not found:
        Terminal().good("没有死信。")


@app.command()
def show(service: ServiceArgument, letter: LetterArgument) -> None:
    """显示一封死信的全部内容：头、正文、堆栈。"""
    whole = asyncio.run(letters.show_letter(_worker_url(service), letter))
    if whole is None:
        _not_there(service, letter)
    typer.echo(f"原因：{whole.letter.reason}：{whole.letter.explanation or ''}")
    typer.echo(f"主题：{whole.letter.subject}\n头：{whole.headers}")
    typer.echo(f"正文：{whole.payload.decode(errors='replace')}\n{whole.stack or ''}")


@app.command()
def retry(service: ServiceArgument, letter: LetterArgument) -> None:
    """请服务再处理一次。"""
    _wish(service, letter, "retry")


@app.command()
def drop(service: ServiceArgument, letter: LetterArgument) -> None:
    """放弃这一件，让后面等着的继续。"""
    _wish(service, letter, "drop")


def _wish(service: str, letter: int, what: letters.Wish) -> None:
    if not asyncio.run(letters.wish(_worker_url(service), letter, what)):
        _not_there(service, letter)
    Terminal().good("已登记，服务将在一两秒内执行。")


def _not_there(service: str, letter: int) -> NoReturn:
    Terminal().alarm(f"{service} 没有编号为 {letter} 的死信。")
    raise typer.Exit(1)


def _worker_url(service: str) -> str:
    if service not in SERVICES:
        raise typer.BadParameter(f"没有服务 {service}")
    with problems_said():
        return Stack.attached(LocalSettings()).database_url(service, "worker")
