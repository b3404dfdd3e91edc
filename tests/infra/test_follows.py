"""What `infra/nats/follows.py` says is what the services' tables of contents say, and starting costs none of them."""

import subprocess
import sys

from infra.contents import contents
from infra.nats.follows import FOLLOWS


def test_every_service_follows_what_it_reacts_to() -> None:
    assert {name: service.follows for name, service in contents().items()} == FOLLOWS


def test_the_command_line_loads_no_service() -> None:
    loaded = "import sys, tongxin.main; print([name for name in sys.modules if name.endswith('.service')])"
    found = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert "services." not in found.stdout, found.stdout
