"""`tongxin keys`: change every key while people work; the old one stays good until it is ended."""

from typing import Annotated

import typer

from infra.keys.rotation import KINDS, Kind, begin, rotate_agency
from infra.keys.rotation import finish as finish_kind
from infra.local.problems import StackError
from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from infra.recovery.servers import servers_for
from tongxin.terminal import Terminal, problems_said

app = typer.Typer(help="更换密钥。", no_args_is_help=True)

KindArgument = Annotated[
    str, typer.Argument(help="tokens 令牌签名、sealing 封存、bus 总线、database 数据库口令")
]


@app.command()
def rotate(kind: KindArgument) -> None:
    """启用新密钥，旧密钥暂时仍有效（数据库口令除外：要先停止本机的同心）。"""
    terminal, wanted = Terminal(), _kind(kind)
    with problems_said():
        stack = Stack.attached(LocalSettings())
        if wanted == "database" and stack.embeds_postgres and stack.holder() is not None:
            raise StackError("更换数据库口令要先停止同心（make stop），更换后再启动。")
        with servers_for(stack):
            for line in begin(stack, wanted):
                terminal.note(line)
    terminal.good("已更换。")


@app.command()
def finish(kind: KindArgument) -> None:
    """结束更换：旧密钥不再有效。"""
    terminal, wanted = Terminal(), _kind(kind)
    with problems_said():
        stack = Stack.attached(LocalSettings())
        with servers_for(stack):
            for line in finish_kind(stack, wanted):
                terminal.note(line)
    terminal.good("已结束。")


@app.command()
def agency(agency: Annotated[str, typer.Argument(help="外部机构的标识，例如 inspection")]) -> None:
    """给外部机构换一把密钥：新文件夹交给对方，旧密钥到 keys finish bus 为止有效。"""
    with problems_said():
        for line in rotate_agency(Stack.attached(LocalSettings()), agency):
            Terminal().note(line)


def _kind(text: str) -> Kind:
    for kind in KINDS:
        if text == kind:
            return kind
    raise typer.BadParameter(f"只有：{'、'.join(KINDS)}")
