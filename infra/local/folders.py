"""The data folder of a stack: whose it is and who may look into it."""

import os
from pathlib import Path

from infra.local.problems import StackError


def open_folders(data: Path) -> None:
    """Make the folder and what is always in it; raises StackError where it is somebody else's."""
    data.mkdir(parents=True, exist_ok=True)
    if data.stat().st_uid != os.geteuid():
        raise StackError(
            f"数据目录 {data} 属于另一个用户：请用那个用户运行，或用 TONGXIN_DATA 指定另一个目录。"
        )
    # The database server is not root: it must be able to pass, and only that. All that is inside is closed.
    data.chmod(0o711 if os.geteuid() == 0 else 0o700)
    for name in ("run", "logs", "nats"):
        folder = data / name
        folder.mkdir(mode=0o700, exist_ok=True)
