"""`tongxin letters`: events a reaction could not take, and what to do about them."""

import typer

app = typer.Typer(help="无法处理的事件（死信）。", no_args_is_help=True)


@app.callback()
def letters() -> None:
    """无法处理的事件（死信）。"""
