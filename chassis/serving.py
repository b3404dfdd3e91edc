"""Runs one service as a process, from its first connection to its last answer.

Always holds: on SIGTERM or SIGINT it takes no more requests and events, finishes what it has, and goes, pages last.
"""

import asyncio
import resource
import signal

import structlog
import uvloop

from chassis import bus, memory, telemetry
from chassis.clock import Clock, SystemClock
from chassis.health import Health, server
from chassis.service import Door, Running, Service, say_if_it_failed
from chassis.settings import Settings

log = structlog.get_logger()


async def serve(service: Service, settings: Settings, clock: Clock | None = None) -> None:
    """Run a service until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    running = Running(service, settings, clock or SystemClock())
    await running.start()
    requests = [handler.request for handler in service.handlers]
    desk = bus.Desk(settings, service.name, requests, running.front.respond, on_lost=running.bus_lost)
    health = Health(
        {"database": running.check_database, "bus": running.check_bus},
        service=service.name,
        collect=running.collect,
        notes={"rehearsal": True} if settings.rehearsal else {},
    )
    pages = Pages(
        Door(application=health.application(), host=settings.health_host, port=settings.health_port)
    )
    door = Pages(await service.door(running)) if service.door else None
    await desk.start()
    running.leave_islands(running.connection, desk.broker.connection)
    consuming = running.begin_consumers()
    log.info("started", service=service.name)
    await stop.wait()
    log.info("stopping", service=service.name)
    health.stopping = True
    running.begin_to_stop()
    if door:
        await door.stop()
    for consumer in running.consumers:
        consumer.stop()
    await desk.stop()
    await _end_in_time(consuming, settings.stop_grace)
    await running.stop()
    await pages.stop()
    log.info("stopped", service=service.name)


async def _end_in_time(tasks: list[asyncio.Task[None]], grace: float) -> None:
    """Let batches in hand be finished; what takes longer is given up, and comes again."""
    if not tasks:
        return
    _done, late = await asyncio.wait(tasks, timeout=grace)
    for task in late:
        log.warning("batch_given_up")
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Pages:
    """An HTTP server in this event loop."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._server = server(door.application, door.host, door.port)
        self._task = asyncio.create_task(self._server.serve())
        self._task.add_done_callback(say_if_it_failed)

    async def stop(self) -> None:
        """Take no more connections, finish requests, go."""
        self._door.close()
        self._server.should_exit = True
        await self._task


def run(service: Service) -> None:
    """`main` of a service process."""
    settings = service.settings()
    _allow_open_files()
    telemetry.set_up(
        service.name, traces=settings.traces, ratio=settings.trace_ratio, level=settings.log_level
    )
    memory.settle()
    uvloop.run(serve(service, settings))


def _allow_open_files() -> None:
    """Take as many open files as the system lets us have: each open page is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
