"""Bus and databases for as long as an operator's work takes, where they are ours and nobody runs them."""

from collections.abc import Iterator
from contextlib import contextmanager

from infra.local.stack import Stack


@contextmanager
def servers_for(stack: Stack) -> Iterator[None]:
    """Start what is ours and not running, end it afterwards; servers of somebody else's, or running ones, are used."""
    ours = stack.embeds_postgres and stack.holder() is None
    if ours:
        stack.start()
    try:
        yield
    finally:
        if ours:
            stack.stop()


@contextmanager
def database_for(stack: Stack) -> Iterator[None]:
    """The same for the database server alone, as it is: its own passwords may be what does not fit."""
    ours = stack.embeds_postgres and stack.holder() is None
    if ours:
        stack.prepare()
    try:
        if ours:
            stack.start_postgres()
        yield
    finally:
        if ours:
            stack.stop()
