"""Loads the demo city once for a data folder, and remembers whom one can sign in as."""

import importlib
import json
from collections.abc import Callable
from dataclasses import asdict

from infra.local.private_files import write_private
from infra.local.stack import Stack
from tongxin.login import Login

Say = Callable[[str], None]
"""Tells the operator what is being done."""


def demo_logins(stack: Stack, say: Say) -> list[Login]:
    """The demo's logins; loads it first when this folder has none, telling `say` what it does.

    Called before the services are started: loading runs them by itself, in a rehearsal.
    """
    record = stack.data / "demo.json"
    if record.exists():
        return [Login(**entry) for entry in json.loads(record.read_text())]
    # Loaded when it is needed, once in a folder's life: it brings parts of every service with it.
    logins: list[Login] = importlib.import_module("tongxin.demo").load_demo(stack, say)
    write_private(record, json.dumps([asdict(login) for login in logins], ensure_ascii=False).encode())
    return logins
