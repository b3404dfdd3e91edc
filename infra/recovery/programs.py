"""PostgreSQL's own backup programs: from the wheel, else from PATH; passwords go by environment, never by argument."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from infra.local.postgres import wheel_programs
from infra.local.problems import StackError

_BY_ENVIRONMENT: Final = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}


def find(name: str) -> Path:
    """`pg_dump` or `pg_restore`; raises StackError when there is none."""
    try:
        bundled = wheel_programs() / name
    except StackError:
        bundled = Path()
    if bundled.is_file():
        return bundled
    on_path = shutil.which(name)
    if on_path:
        return Path(on_path)
    raise StackError(f"找不到 {name}：请安装 PostgreSQL 客户端程序，或运行 make env。")


def run(name: str, url: str, *arguments: str) -> None:
    """Run one on a database; raises StackError with what it said when it fails."""
    parts = urlsplit(url)
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "LC_ALL": "C.UTF-8",
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path.lstrip("/"),
    }
    environment |= {
        _BY_ENVIRONMENT[key]: value for key, value in parse_qsl(parts.query) if key in _BY_ENVIRONMENT
    }
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL's, with arguments of ours
        [str(find(name)), "--no-password", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    if done.returncode != 0:
        raise StackError(f"{name} {parts.path.lstrip('/')} 失败：\n{done.stderr.strip()[-2000:]}")
