"""An agency's whole program: prints each filed proposal it is told of.

    pip install 'tongxin_contracts-0.1.0-py3-none-any.whl[client]'
    python agency.py FOLDER          # the folder that the operator handed over

Needs nothing of Tongxin but the wheel. Ctrl-C ends it; what comes meanwhile waits on the server for 90 days.
"""

import asyncio
import logging
import signal
import sys
from contextlib import suppress
from pathlib import Path

from tongxin_contracts.agency_event import AgencyEvent
from tongxin_contracts.client import AgencyClient, AgencyRefused
from tongxin_contracts.proposals.events import ProposalFiled
from tongxin_contracts.seen import Seen


def deal_with(event: AgencyEvent) -> None:
    """Put your own work here; whatever it raises, the event comes again."""
    filed = event.message()
    if isinstance(filed, ProposalFiled):
        print(f"{event.committee} {filed.number} {filed.title}（{filed.category.label}）", flush=True)
        for place, suggestion in enumerate(filed.suggestions, start=1):
            print(f"  {place}. {suggestion}", flush=True)
    else:
        print(f"{event.committee} {event.type} {event.data}", flush=True)


async def main(folder: Path) -> None:
    """Read until somebody ends it."""
    reading = asyncio.current_task()
    assert reading is not None
    with suppress(NotImplementedError):  # Windows knows no such signal; Ctrl-C works everywhere
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, reading.cancel)
    seen = Seen(folder / "seen.txt")
    async with AgencyClient.from_folder(folder) as client:
        print(f"已连接，等待事件 / connected as {client.agency}", flush=True)
        async for event in client.events():
            if event.id not in seen:
                deal_with(event)
                seen.add(event.id)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("用法 / usage: python agency.py FOLDER")
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    try:
        asyncio.run(main(Path(sys.argv[1])))
    except AgencyRefused as refused:
        sys.exit(str(refused))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("已结束 / ended", flush=True)
