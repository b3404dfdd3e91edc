"""`tongxin backup` and `tongxin restore`: the whole installation into a folder, and back, one database or all."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from infra.recovery.backup import back_up
from infra.recovery.mend import describe
from infra.recovery.reconcile import differences, mend_all
from infra.recovery.restore import bring_keys
from infra.recovery.restore import restore as restore_databases
from infra.recovery.servers import servers_for
from tongxin.terminal import Terminal, problems_said
from tongxin_contracts.subjects import SERVICES


def backup(
    folder: Annotated[Path | None, typer.Argument(help="新文件夹；不写则在数据目录的 backups 下")] = None,
    keys: Annotated[bool, typer.Option(help="连同密钥（明文，权限 0600）")] = True,
) -> None:
    """备份：五个数据库、暂存文件、密钥与设置；运行中即可进行。"""
    terminal = Terminal()
    with problems_said():
        done = back_up(Stack.attached(LocalSettings()), folder, keys=keys, say=terminal.note)
    terminal.good(f"备份在 {done.folder}")
    terminal.note(f"清单的 SHA-256（请另处保存）：{done.manifest_digest}")
    if keys:
        terminal.alarm(
            "备份含全部密钥，未加密，只有本人可读：请存放在加密的介质上，或用 --no-keys 分开保存。"
        )


def restore(
    folder: Annotated[Path, typer.Argument(help="备份的文件夹")],
    service: Annotated[str | None, typer.Option(help="只恢复一个服务的数据库；不写则全部")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问")] = False,
) -> None:
    """恢复：先核对清单，再换上备份中的数据库，然后核对消息流并修复；被换下的数据库改名保留。"""
    if service is not None and service not in SERVICES:
        raise typer.BadParameter(f"没有服务 {service}")
    terminal = Terminal()
    with problems_said():
        stack = Stack.attached(LocalSettings())
        found = bring_keys(stack, folder)
        which = service or "全部五个服务"
        terminal.note(f"备份于 {found.made_at:%Y-%m-%d %H:%M:%S} UTC，{len(found.files)} 个文件与清单一致")
        if not yes:
            typer.confirm(f"{which}的数据库将回到那一刻，此后的变更由人工核对。继续吗？", abort=True)
        with servers_for(stack):
            kept = restore_databases(stack, folder, (service,) if service else SERVICES, say=terminal.note)
            differing = asyncio.run(differences(stack, service))
            for one in differing:
                for line in describe(one):
                    typer.echo(line)
            for line in asyncio.run(mend_all(stack, differing)):
                terminal.note(line)
    for old in (one.kept_as for one in kept if one.kept_as):
        terminal.note(f"原数据库保留为 {old}，确认无误后可以删除")
    terminal.good("已恢复并核对。现在可以启动服务；退回的对象见 tongxin reconcile list。")
