"""`tongxin service NAME`: one process in the foreground, for production and for looking closely."""

from typing import Annotated

import typer

from tongxin.service import run


def service(
    name: Annotated[str, typer.Argument(help="members、proposals、consultation、notify 或 portal")],
) -> None:
    """运行五个进程中的一个（设置取自环境变量 TONGXIN_…）。"""
    run(name)
