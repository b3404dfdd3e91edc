"""How the command line speaks: plain for what goes well, red for what a person must see."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from chassis.migrations import MigrationBlockedError
from infra.local.problems import StackError
from infra.nats.provision import ProvisionError


class Terminal:
    """The supervisor's voice on a terminal; colours disappear when the output is a file."""

    def note(self, text: str) -> None:
        """Something ordinary."""
        typer.secho(f"· {text}")

    def good(self, text: str) -> None:
        """Something that was waited for."""
        typer.secho(text, fg=typer.colors.GREEN, bold=True)

    def alarm(self, text: str) -> None:
        """Something a person must see; on standard error."""
        typer.secho(f"!! {text}", fg=typer.colors.RED, bold=True, err=True)


@contextmanager
def problems_said() -> Iterator[None]:
    """Say what the operator must mend, without a stack, and end with code 1."""
    try:
        yield
    except (StackError, ProvisionError) as error:
        sys.stdout.flush()
        Terminal().alarm(str(error))
        raise typer.Exit(1) from error
    except MigrationBlockedError as error:
        sys.stdout.flush()
        Terminal().alarm(
            f"{error} 的数据表一直被占用，没有做任何改动。处理：在 pg_stat_activity 中找出长时间未结束的事务，"
            "结束后重新执行 tongxin migrate"
        )
        raise typer.Exit(1) from error
