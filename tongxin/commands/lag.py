"""`tongxin lag`: what waits, for whom, and how long already."""

import unicodedata
from collections.abc import Sequence
from typing import Annotated

import typer

from infra.lag import ConsumerLag, Lag, OutboxLag, read_lag
from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from tongxin.terminal import Terminal, problems_said

_HEAD = ("流", "消费者", "未取", "已取未确认", "重投", "在等的拉取", "最早一件")


def lag(
    over: Annotated[float, typer.Option(help="有事件等了超过这么多秒，退出码为 1")] = 60.0,
) -> None:
    """列出积压：每个消费者、每个发件箱等着多少，最早一件等了多久。"""
    terminal = Terminal()
    with problems_said():
        found = read_lag(Stack.attached(LocalSettings()))
    for line in table(_HEAD, [_row(one) for one in found.consumers]):
        typer.echo(line)
    typer.echo("")
    for line in table(("发件箱", "流", "未发出", "最早一件"), [_outbox_row(one) for one in found.outboxes]):
        typer.echo(line)
    late = said(found, over)
    for what in late:
        terminal.alarm(what)
    if late:
        raise typer.Exit(1)
    terminal.good(f"没有等了超过 {over:g} 秒的事件。")


def said(found: Lag, over: float) -> list[str]:
    """A line for whatever is late, with what to do."""
    lines = []
    for one in found.consumers:
        if not one.is_late(over):
            continue
        who = f"{one.state.name}（{one.state.stream}）"
        if one.nobody_pulls:
            lines.append(f"没有人在取 {who}：看 tongxin doctor 与该服务的日志")
        else:
            lines.append(f"{who} 落后 {duration(one.oldest_seconds)}：看该服务的日志与 tongxin letters list")
    lines += [
        f"{one.service} 的发件箱有 {one.waiting} 件没有发到 {one.stream}，最早 {duration(one.oldest_seconds)}："
        "看 NATS 是否在运行、流是否已满"
        for one in found.outboxes
        if one.oldest_seconds > over
    ]
    return lines


def _row(one: ConsumerLag) -> tuple[str, ...]:
    state = one.state
    return (
        state.stream,
        state.name,
        str(state.pending),
        str(state.ack_pending),
        str(state.redelivered),
        str(state.waiting),
        duration(one.oldest_seconds),
    )


def _outbox_row(one: OutboxLag) -> tuple[str, ...]:
    return (one.service, one.stream, str(one.waiting), duration(one.oldest_seconds))


def duration(seconds: float) -> str:
    """A span of time as people say it."""
    if seconds < 1:
        return "—" if seconds == 0 else "不到 1 秒"
    if seconds < 120:
        return f"{seconds:.0f} 秒"
    if seconds < 7200:
        return f"{seconds / 60:.0f} 分钟"
    return f"{seconds / 3600:.0f} 小时"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with columns that stand under each other; a Chinese character is as wide as two others."""
    if not rows:
        return ["  ".join(head), "（没有）"]
    widths = [max(_width(row[place]) for row in (head, *rows)) for place in range(len(head))]
    return [
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in (head, *rows)
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
