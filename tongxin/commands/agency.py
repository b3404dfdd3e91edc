"""`tongxin agency`: outside bodies that receive events through an account of their own on the bus."""

from typing import Annotated

import typer

from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from tongxin.terminal import Terminal, problems_said

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
