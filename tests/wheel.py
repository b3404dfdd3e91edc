"""The contracts wheel as an agency gets it: built from the tree, installed into an environment that has nothing else.

Works without a network: what the wheel itself says it needs is copied from this environment, and nothing but that, so
a dependency it forgot to name is missing there as it would be missing at the agency.
"""

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

CONTRACTS = Path(__file__).resolve().parents[1] / "contracts"


def build_wheel(into: Path) -> Path:
    """Build the wheel with the backend that `contracts/pyproject.toml` names."""
    code = f"from hatchling.build import build_wheel; print(build_wheel({str(into)!r}))"
    built = subprocess.run(
        [sys.executable, "-c", code], cwd=CONTRACTS, capture_output=True, text=True, check=True
    )
    return into / built.stdout.split()[-1]


def install(wheel: Path, into: Path, *, extra: str = "") -> Path:
    """A fresh environment with the wheel and what it asks for; its interpreter."""
    venv.create(into, with_pip=False, symlinks=True)
    packages = next((into / "lib").glob("python3*")) / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    metadata = next(packages.glob("tongxin_contracts-*.dist-info"))
    for found in _needed(Distribution.at(metadata), extra):
        _copy(found, packages)
    return into / "bin" / "python"


def run(python: Path, *arguments: str, folder: Path) -> subprocess.Popen[str]:
    """Start a program there, with nothing of this tree in reach."""
    return subprocess.Popen(
        [str(python), "-I", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8", "LANG": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )


def _needed(root: Distribution, extra: str) -> list[Distribution]:
    """What a distribution needs, and what that needs, by their own metadata."""
    found: dict[str, Distribution] = {}
    waiting = [(root, extra)]
    while waiting:
        asking, with_extra = waiting.pop()
        for line in asking.requires or ():
            requirement = Requirement(line)
            if requirement.marker and not requirement.marker.evaluate({"extra": with_extra}):
                continue
            needed = distribution(requirement.name)
            assert needed.version in requirement.specifier, f"{line}, but here is {needed.version}"
            if needed.name not in found:
                found[needed.name] = needed
                waiting.append((needed, ""))
    return list(found.values())


def _copy(found: Distribution, packages: Path) -> None:
    for file in found.files or ():
        if ".." in file.parts or "__pycache__" in file.parts:
            continue  # scripts beside the packages; compiled anew
        target = packages / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(Path(str(found.locate_file(file))), target)
