"""`tongxin keys`: change every key while people work; where two can be good, the old one stays so until it is ended."""

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated

import typer

from infra.keys.beside import MAIL, mail_password_file, set_mail_password
from infra.keys.inventory import SECRETS
from infra.keys.rotation import KINDS, Kind, begin, rotate_agency
from infra.keys.rotation import finish as finish_kind
from infra.local.problems import StackError
from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from infra.recovery.servers import database_for, servers_for
from tongxin.terminal import Terminal, problems_said

app = typer.Typer(help="更换密钥与口令。", no_args_is_help=True)

KindArgument = Annotated[
    str,
    typer.Argument(
        help="tokens 令牌签名、sealing 封存、bus 总线、database 数据库口令、postgres 数据库超级用户、"
        "routes 总线节点之间、grafana 监控页面、mail 邮件服务器"
    ),
]


@app.command("list")
def list_secrets() -> None:
    """列出本系统的每一种密钥与口令、存放在哪里、怎样更换。"""
    for secret in SECRETS:
        typer.echo(f"{secret.name}（{secret.place()}）\n    {secret.change}")


@app.command()
def rotate(kind: KindArgument) -> None:
    """启用新的；旧的暂时仍有效（口令除外，见 docs/operators.md）。mail 从标准输入读取新口令，不回显。"""
    terminal, settings = Terminal(), LocalSettings()
    with problems_said():
        stack = Stack.attached(settings)
        if kind == MAIL:
            file = mail_password_file(stack, settings.smtp_password_file)
            said = set_mail_password(file, _password_given())
        else:
            wanted = _kind(kind)
            if wanted == "database" and stack.embeds_postgres and stack.holder() is not None:
                raise StackError("更换数据库口令要先停止同心（make stop），更换后再启动。")
            with _servers(stack, wanted):
                said = begin(stack, wanted)
        for line in said:
            terminal.note(line)
    terminal.good("已更换。" if kind != "grafana" else "新口令已写好，还要运行上面的命令。")


@app.command()
def finish(kind: KindArgument) -> None:
    """结束更换：旧的不再有效。"""
    terminal = Terminal()
    with problems_said():
        if kind == MAIL:
            raise StackError("邮件口令没有旧的可保留：rotate 之后即用新的。")
        wanted, stack = _kind(kind), Stack.attached(LocalSettings())
        with _servers(stack, wanted):
            for line in finish_kind(stack, wanted):
                terminal.note(line)
    terminal.good("已结束。")


@app.command()
def agency(agency: Annotated[str, typer.Argument(help="外部机构的标识，例如 inspection")]) -> None:
    """给外部机构换一把密钥：新文件夹交给对方，旧密钥到 keys finish bus 为止有效。"""
    with problems_said():
        for line in rotate_agency(Stack.attached(LocalSettings()), agency):
            Terminal().note(line)


def _servers(stack: Stack, kind: Kind) -> AbstractContextManager[None]:
    """What has to run for it."""
    if kind in {"database", "postgres"}:
        return database_for(stack)
    return servers_for(stack) if kind in {"sealing", "bus"} else nullcontext()


def _password_given() -> str:
    """Asked for twice without showing it, or the first line of what is piped in; never an argument others could see."""
    if sys.stdin.isatty():
        given: str = typer.prompt("邮件服务器的新口令", hide_input=True, confirmation_prompt="再输入一次")
        return given
    return sys.stdin.readline().strip()


def _kind(text: str) -> Kind:
    for kind in KINDS:
        if text == kind:
            return kind
    raise typer.BadParameter(f"只有：{'、'.join((*KINDS, MAIL))}")
