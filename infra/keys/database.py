"""New passwords of database roles, of services and of the server's superuser.

A role has one password: processes that run keep their connections and have to be started again for new ones. Always
holds: a new password is on disk before any server knows it, so whatever breaks it off, `settle` finds out which one
holds.
"""

import json
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import asyncpg

from infra.city.folder import CityFolder, copy_passwords
from infra.local.blocking import blocking
from infra.local.private_files import write_private
from infra.local.problems import StackError
from infra.local.stack import Stack
from infra.postgres.databases import set_passwords
from infra.postgres.roles import SUPERUSER
from infra.postgres.urls import with_role

_AWAY: Final = "数据库没有应答，口令是否已更换不能确定：数据库恢复后运行 tongxin keys finish database。"


def new_passwords(stack: Stack) -> list[str]:
    """New passwords of all roles of ours, and of the superuser where the server is ours."""
    ours = [role for role in stack.keys.all_passwords() if role != SUPERUSER or stack.embeds_postgres]
    said = _change(stack, ours)
    return [*said, f"{len(ours)} 个数据库角色的口令已更换；请重新启动服务（容器部署要重新创建容器）"]


def new_superuser_password(stack: Stack) -> list[str]:
    """A new password of the superuser alone: provisioning and this command line use it, no service does."""
    known = urlsplit(stack.admin_url)
    password = stack.keys.password(SUPERUSER)
    if (unquote(known.username or ""), unquote(known.password or "")) != (SUPERUSER, password):
        raise StackError(
            "DATABASE_URL 自带用户或口令，不由同心保管：请在数据库上用 ALTER ROLE 更换，再改 DATABASE_URL。"
        )
    said = _change(stack, [SUPERUSER])
    return [*said, f"{SUPERUSER} 的口令已更换，旧的不再有效；服务不使用它，不必重新启动"]


def settle(stack: Stack) -> list[str]:
    """Where a change broke off: keep what the server took, drop what it never heard of."""
    draft = _draft(stack)
    if not draft.exists():
        return []
    known, fresh = stack.keys.all_passwords(), json.loads(draft.read_text())
    role = next((role for role in fresh if fresh[role] != known.get(role)), None)
    if role is None or not blocking(_opens(stack, role, fresh[role])):
        draft.unlink()
        return ["上一次更换没有生效，数据库口令不变"]
    _keep(stack)
    return ["上一次更换已经生效，新的数据库口令已写入；请重新启动服务"]


def finish_passwords(stack: Stack) -> list[str]:
    """There is no old password to end; only a change that broke off is settled."""
    return settle(stack) or ["数据库口令没有旧的可保留：更换时即已失效"]


def _change(stack: Stack, roles: Sequence[str]) -> list[str]:
    said = settle(stack)
    fresh = {role: secrets.token_urlsafe(24) for role in roles}
    write_private(_draft(stack), json.dumps(stack.keys.all_passwords() | fresh, indent=1).encode())
    try:
        blocking(set_passwords(stack.admin_url, fresh))
    except (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError) as error:
        raise StackError(_AWAY) from error
    _keep(stack)
    return said


def _keep(stack: Stack) -> None:
    _draft(stack).replace(stack.keys.passwords)
    copy_passwords(CityFolder(stack.data), stack.keys)


def _draft(stack: Stack) -> Path:
    return stack.keys.passwords.with_suffix(".new")


async def _opens(stack: Stack, role: str, password: str) -> bool:
    address = with_role(stack.admin_url, user=role, password=password, database="postgres")
    try:
        connection: Any = await asyncpg.connect(address)
    except asyncpg.InvalidPasswordError:
        return False
    except OSError as error:
        raise StackError(_AWAY) from error
    await connection.close()
    return True
