"""`tongxin stop`: end the stack that runs on a data folder, from another terminal."""

import os
import signal
import time

import typer

from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from tongxin.terminal import Terminal, problems_said

LIMIT = 90.0
"""Seconds until the whole stack must be down."""


def stop() -> None:
    """停止正在运行的同心（等同于在它的终端按 Ctrl-C）。"""
    with problems_said():
        stack = Stack.attached(LocalSettings())
        holder = stack.holder()
    if holder is None:
        Terminal().note("没有正在运行的同心。")
        return
    os.kill(holder, signal.SIGTERM)
    deadline = time.monotonic() + LIMIT
    while stack.holder() == holder:
        if time.monotonic() > deadline:
            Terminal().alarm(f"进程 {holder} 在 {LIMIT:g} 秒内没有结束。")
            raise typer.Exit(1)
        time.sleep(0.1)
    Terminal().good("已停止。")
