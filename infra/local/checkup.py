"""What `tongxin doctor` looks at: each check says what it found, whether that is well, and how to mend it."""

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg

from chassis.calendar import CALENDAR_VERSION, is_provisional, local_date
from infra.local import nats
from infra.local.blocking import blocking
from infra.local.environment import gauge, says_rehearsal
from infra.local.ports import is_free
from infra.local.problems import StackError
from infra.local.program import Program
from infra.local.stack import Stack
from infra.postgres.heads import migration_lag
from infra.recovery import health
from tongxin_contracts.subjects import SERVICES

CONNECTIONS_PER_PROCESS: Final = 5 + 5
"""The pool for commands and the worker's connections, as the chassis sets them by default."""
RESERVED_CONNECTIONS: Final = 3
"""PostgreSQL keeps these for superusers."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check."""

    what: str
    well: bool
    said: str
    mend: str = ""
    """What to do when it is not well."""


def check_up(stack: Stack, service_replicas: int = 1) -> Iterator[Finding]:
    """Look at the installation without changing it; what needs the servers is left out while they are down."""
    yield Finding("Python", True, platform.python_version())
    yield _nats_binary()
    yield _modes(stack)
    if not stack.embeds_nats:
        yield from _of_a_city(stack, service_replicas)
        return
    running = nats.greets(stack.ports.nats)
    holder = stack.holder()
    yield Finding("运行", holder is not None, f"进程 {holder}" if holder else "没有运行", "make run")
    yield _ports(stack, running=running)
    yield _disk(stack)
    yield _calendar()
    if (stack.data / "keys").exists():
        yield _guarded("更换密钥", lambda: _changing_keys(stack))
    if not running:
        return
    yield _guarded("消息流与消费者", lambda: _drift(stack))
    yield _guarded("数据库连接", lambda: blocking(_connections(stack, service_replicas)))
    yield _guarded("数据库迁移", lambda: _migrations(stack))
    for service in SERVICES:
        yield _service(stack.service_program(service))
    yield _no_rehearsal(stack)
    yield _guarded("恢复与分叉", lambda: _restores(stack))
    yield _invariants(stack)


def _of_a_city(stack: Stack, replicas: int) -> Iterator[Finding]:
    """What can be told from beside: processes run elsewhere, and say on their own pages how they are."""
    yield _calendar()
    yield _guarded("消息流与消费者", lambda: _drift(stack))
    yield _guarded("数据库连接", lambda: blocking(_connections(stack, replicas)))
    yield _guarded("数据库迁移", lambda: _migrations(stack))
    yield _guarded("恢复与分叉", lambda: _restores(stack))
    yield _guarded("更换密钥", lambda: _changing_keys(stack))


def _nats_binary() -> Finding:
    try:
        binary = nats.find_nats_server()
    except StackError as error:
        return Finding("nats-server", False, str(error), "make env")
    version = ".".join(map(str, nats.server_version(binary)))
    return Finding("nats-server", True, f"{version}（{binary}）")


def _modes(stack: Stack) -> Finding:
    folder = stack.data / "keys"
    if not folder.exists():
        return Finding("密钥", True, "尚未生成")
    secret = [folder, *(stack.data / name for name in ("agencies", "backups", "passwords"))]
    loose = health.loose_files(secret)
    return Finding(
        "密钥",
        not loose,
        f"他人可读：{'、'.join(loose)}" if loose else "只有本人可读",
        f"chmod -R go= {' '.join(str(one) for one in secret if one.exists())}",
    )


def _disk(stack: Stack) -> Finding:
    places = [place for place in (stack.data, *stack.database_folders()) if place.exists()]
    least = min(((health.free_share(place), place) for place in places), default=None)
    if least is None:
        return Finding("磁盘", True, "还没有数据目录")
    share, place = least
    return Finding(
        "磁盘",
        share >= health.LEAST_FREE,
        f"{place} 所在的磁盘剩余 {share:.0%}",
        "腾出空间：旧备份、被换下的数据库（名为 …_before_…）、日志",
    )


def _calendar() -> Finding:
    """Deadlines reckoned past the last announced year know weekends only."""
    soon = local_date(datetime.now(UTC) + timedelta(days=31))
    return Finding(
        "节假日日历",
        not is_provisional(soon),
        f"{CALENDAR_VERSION}" + ("，下月已没有放假安排的数据" if is_provisional(soon) else ""),
        "升级 chinese-calendar，或在 chassis/calendar.py 的 OVERRIDES 填入放假通知",
    )


def _restores(stack: Stack) -> Finding:
    found = blocking(health.look_at_restores(stack))
    return Finding("恢复与分叉", found.is_well, found.said(), "tongxin reconcile，见 docs/operators.md")


def _changing_keys(stack: Stack) -> Finding:
    forgotten = health.keys_in_change(stack)
    said = f"开始了而没有结束：{'、'.join(forgotten)}" if forgotten else "没有搁置的更换"
    mend = "；".join(f"tongxin keys finish {kind}" for kind in forgotten)
    return Finding("更换密钥", not forgotten, said, mend)


def _ports(stack: Stack, *, running: bool) -> Finding:
    ports = stack.ports
    every = [ports.portal, ports.nats, ports.nats_monitor, ports.postgres, *ports.health.values()]
    every += [port for port in (ports.collector,) if port]
    taken = [port for port in every if not is_free(port)]
    said = f"{min(every)}–{max(every)}"
    if running or not taken:
        return Finding("端口", True, said)
    return Finding("端口", False, f"被占用：{taken}", "换端口：TONGXIN_PORT=…")


def _drift(stack: Stack) -> Finding:
    found = stack.drift()
    return Finding("消息流与消费者", not found, "；".join(found) or "与配置一致", "tongxin provision")


async def _connections(stack: Stack, replicas: int) -> Finding:
    connection: Any = await asyncpg.connect(stack.admin_url)
    try:
        most = int(await connection.fetchval("SHOW max_connections"))
        used = int(await connection.fetchval("SELECT count(*) FROM pg_stat_activity"))
    finally:
        await connection.close()
    needed = len(SERVICES) * replicas * CONNECTIONS_PER_PROCESS + RESERVED_CONNECTIONS
    return Finding(
        "数据库连接",
        needed <= most,
        f"最多需要 {needed}，上限 {most}，现有 {used}",
        "减少副本或连接池，或提高 max_connections",
    )


def _migrations(stack: Stack) -> Finding:
    urls: dict[str, str] = {service: stack.database_url(service, "owner") for service in SERVICES}
    behind = blocking(migration_lag(urls))
    said = "；".join(f"{service} {lag}" for service, lag in behind.items())
    return Finding("数据库迁移", not behind, said or "都是最新", "tongxin migrate")


def _service(program: Program) -> Finding:
    ready = program.ready()
    return Finding(program.name, ready, "就绪" if ready else "未就绪", f"看日志 {program.log}")


def _no_rehearsal(stack: Stack) -> Finding:
    """A service that believes commands about their own time has no place in real work."""
    found = [service for service in SERVICES if says_rehearsal(stack.ports.health[service])]
    said = (
        f"仍在演练方式：{'、'.join(found)}，命令可以指定过去的时间，期限不会触发"
        if found
        else "没有进程在演练方式"
    )
    return Finding("演练方式", not found, said, "重新启动（make run）")


def _invariants(stack: Stack) -> Finding:
    """What must always hold, as each process saw it at its last look; a process that has not looked yet says so."""
    broken: dict[str, int] = {}
    unseen: list[str] = []
    for service in SERVICES:
        looks = gauge(stack.ports.health[service], "tongxin_invariant_violations")
        broken |= {f"{service}：{labels['invariant']}": int(value) for labels, value in looks if value > 0}
        unseen += [] if looks else [service]
    violated = "；".join(f"{what} {number} 处" for what, number in broken.items())
    waiting = f"{'、'.join(unseen)} 还没有检查过（启动一分钟后开始）" if unseen else ""
    said = "；".join(part for part in (violated, waiting) if part) or "没有发现违反"
    return Finding("不变式", not broken, said, "看 docs/runbooks/InvariantViolated.md")


def _guarded(what: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - a check that fails is itself a finding; the others go on
        return Finding(what, False, f"无法检查：{error}", "看上面的发现")
