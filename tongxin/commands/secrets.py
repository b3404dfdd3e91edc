"""`tongxin secrets FOLDER`: keys, passwords and the bus' configuration of a city, as files for compose to mount."""

from pathlib import Path
from typing import Annotated

import typer

from infra.city.folder import write_city
from infra.local.settings import LocalSettings
from tongxin.terminal import Terminal, problems_said


def secrets(
    folder: Annotated[Path | None, typer.Argument(help="城市的目录；不写则为 TONGXIN_DATA")] = None,
) -> None:
    """生成一座城市的密钥、口令与 NATS 三节点配置；已有的不变，可重复运行。"""
    terminal, settings = Terminal(), LocalSettings()
    place = folder or settings.data
    with problems_said():
        write_city(place, max_file=settings.jetstream_max_bytes)
    terminal.good(f"密钥、口令与配置在 {place}（0600）。请离线备份 keys/：没有它，加密的内容无法再读。")
