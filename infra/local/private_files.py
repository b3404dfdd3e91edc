"""Files only their owner may read: mode 0600, in folders of mode 0700; written whole or not at all unless said otherwise."""

import os
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def private_folder(path: Path) -> Path:
    """Make the folder, or tighten it when it is there already."""
    path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    path.chmod(PRIVATE_FOLDER)
    return path


def write_private(path: Path, content: bytes) -> None:
    """Replace the file in one step, so that a crash leaves the old or the new content."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def rewrite_private(path: Path, content: bytes) -> None:
    """Replace what is in the file and keep the file: a container that has it mounted by itself sees the new content.

    A crash in between leaves parts of both: only for what is written again by the same command.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, PRIVATE_FILE)
        file.write(content)
        file.truncate()
        file.flush()
        os.fsync(descriptor)
