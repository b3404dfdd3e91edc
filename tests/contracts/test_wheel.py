"""The contracts as an agency gets them: a wheel that builds, and that works where nothing else of ours is."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import wheel
from tests.agencies_at_work import example
from tests.conftest import temporary_folder

OURS = ("chassis", "infra", "services", "tongxin", "tests")
EVERYTHING = """
import importlib, pkgutil, sys
import tongxin_contracts
needs_client = ('tongxin_contracts.client',)
for found in pkgutil.walk_packages(tongxin_contracts.__path__, 'tongxin_contracts.'):
    if found.name not in needs_client or 'client' in sys.argv:
        importlib.import_module(found.name)
from tongxin_contracts import catalogue
print('faults', catalogue.faults(), 'from', tongxin_contracts.__path__[0])
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the wheel and its environments are for this module."""
    with temporary_folder() as found:
        yield found


@pytest.fixture(scope="module")
def built(folder: Path) -> Path:
    """The wheel."""
    return wheel.build_wheel(folder)


def said(python: Path, *arguments: str, folder: Path) -> str:
    """What a program there prints."""
    output, _ = wheel.run(python, *arguments, folder=folder).communicate(timeout=60)
    return output


def test_the_wheel_holds_the_contracts_and_nothing_else(built: Path) -> None:
    names = zipfile.ZipFile(built).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"tongxin_contracts"}
    assert "tongxin_contracts/py.typed" in names
    assert "tongxin_contracts/client.py" in names
    there = {path.name for path in (wheel.CONTRACTS / "tongxin_contracts").glob("*.py")}
    assert there <= {name.removeprefix("tongxin_contracts/") for name in names}


def test_it_imports_with_pydantic_alone(folder: Path, built: Path) -> None:
    python = wheel.install(built, folder / "plain")
    assert said(python, "-c", EVERYTHING, folder=folder).startswith("faults [] from")
    assert str(folder) in said(python, "-c", EVERYTHING, folder=folder)
    assert "ModuleNotFoundError: No module named 'nats'" in said(
        python, "-c", "import tongxin_contracts.client", folder=folder
    )


def test_the_client_needs_its_extra_and_nothing_more(folder: Path, built: Path) -> None:
    python = wheel.install(built, folder / "client", extra="client")
    assert said(python, "-c", EVERYTHING, "client", folder=folder).startswith("faults [] from")
    for name in OURS:
        assert "ModuleNotFoundError" in said(python, "-c", f"import {name}", folder=folder), name


def test_the_documented_program_says_how_to_use_it(folder: Path, built: Path) -> None:
    python = wheel.install(built, folder / "program", extra="client")
    assert "用法" in said(python, str(example()), folder=folder)
    assert len(example().read_text("utf-8").splitlines()) <= 60
