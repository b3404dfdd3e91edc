"""Runs one of the five processes; `python -m tongxin.service NAME` does it without loading the command line."""

import importlib
import sys

from chassis import memory
from tongxin_contracts.subjects import SERVICES


def run(name: str) -> None:
    """Run a service until it is told to stop."""
    if name not in SERVICES:
        raise SystemExit(f"没有服务 {name!r}；可选：{', '.join(SERVICES)}")
    memory.begin_to_load()
    importlib.import_module(f"services.{name}.service").main()


if __name__ == "__main__":
    run(sys.argv[1] if len(sys.argv) > 1 else "")
