"""What `tongxin doctor` looks at: each check says what it found, whether that is well, and how to mend it."""

import platform
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from infra.local import nats
from infra.local.blocking import blocking
from infra.local.environment import gauge, says_rehearsal
from infra.local.ports import is_free
from infra.local.problems import StackError
from infra.local.program import Program
from infra.local.stack import Stack
from infra.postgres.heads import migration_lag
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
    running = nats.greets(stack.ports.nats)
    holder = stack.holder()
    yield Finding("运行", holder is not None, f"进程 {holder}" if holder else "没有运行", "make run")
    yield _ports(stack, running=running)
    if not running:
        return
    yield _guarded("消息流与消费者", lambda: _drift(stack))
    yield _guarded("数据库连接", lambda: blocking(_connections(stack, service_replicas)))
    yield _guarded("数据库迁移", lambda: _migrations(stack))
    for service in SERVICES:
        yield _service(stack.service_program(service))
    yield _no_rehearsal(stack)
    yield _invariants(stack)


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
    loose = [path.name for path in (folder, *folder.iterdir()) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    return Finding(
        "密钥",
        not loose,
        f"他人可读：{'、'.join(loose)}" if loose else "只有本人可读",
        f"chmod -R go= {folder}",
    )


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
    """What must always hold, as each process saw it at its last look."""
    broken = {
        f"{service}：{labels['invariant']}": int(value)
        for service in SERVICES
        for labels, value in gauge(stack.ports.health[service], "tongxin_invariant_violations")
        if value > 0
    }
    said = "；".join(f"{what} {number} 处" for what, number in broken.items()) or "没有发现违反"
    return Finding("不变式", not broken, said, "看 docs/runbooks/InvariantViolated.md")


def _guarded(what: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - a check that fails is itself a finding; the others go on
        return Finding(what, False, f"无法检查：{error}", "看上面的发现")
