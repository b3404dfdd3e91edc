"""`tongxin mails`: what the local stack's mail server received. With a mail server of one's own there is nothing here."""

from collections import deque
from typing import Annotated

import typer

from infra.local.mailbox import kept_mails
from infra.local.settings import LocalSettings
from tongxin.terminal import Terminal

app = typer.Typer(help="本机收到的邮件（演示用的邮件服务器，不向外发送）。", no_args_is_help=True)

_SHOWN = 50


@app.command("list")
def list_all(number: Annotated[int, typer.Option("-n", help="最近几封")] = _SHOWN) -> None:
    """列出最近的邮件：编号、时间、收件人、主题。"""
    found = deque(kept_mails(LocalSettings().data), maxlen=number)
    for mail in found:
        typer.echo(f"{mail.number}\t{mail.message['Date']}\t{mail.message['To']}\t{mail.message['Subject']}")
    if not found:
        Terminal().good("还没有邮件。")


@app.command()
def show(number: Annotated[int, typer.Argument(help="编号，见 mails list")]) -> None:
    """显示一封邮件的正文。"""
    for mail in kept_mails(LocalSettings().data):
        if mail.number == number:
            for header in ("Date", "From", "To", "Subject", "Message-ID"):
                typer.echo(f"{header}: {mail.message[header]}")
            typer.echo(f"文件: {mail.path}\n\n{mail.text}")
            return
    Terminal().alarm(f"没有编号为 {number} 的邮件。")
    raise typer.Exit(1)
