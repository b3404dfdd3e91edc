"""Passwords of what stands beside us: Grafana, which keeps its own, and the mail server, whose password is given to us.

Always holds: the files are changed in place, because compose mounts each by itself: the container that is there reads
the new content, where a file put in its place would be seen by the next container only.
"""

import secrets
from pathlib import Path
from typing import Final

from infra.city.folder import GRAFANA_BEFORE, GRAFANA_PASSWORD, SMTP_PASSWORD, CityFolder
from infra.local.private_files import rewrite_private, write_private
from infra.local.problems import StackError
from infra.local.stack import Stack

MAIL: Final = "mail"
"""What is changed by `set_mail_password`: alone of all, its new value comes from outside."""
GRAFANA_COMMAND: Final = (
    "docker compose exec -T grafana sh -c"
    " 'grafana cli admin reset-admin-password --password-from-stdin < /run/secrets/grafana'"
)
"""Grafana reads its variable at its very first start only; this writes the file's password into its database."""


def new_grafana_password(stack: Stack) -> list[str]:
    """A new password in the file; Grafana takes it by a command in its container, until then the old one opens."""
    city = CityFolder(stack.data)
    file, before = city.password_file(GRAFANA_PASSWORD), city.password_file(GRAFANA_BEFORE)
    if not file.exists():
        raise StackError("这里没有 Grafana：它的口令只在城市部署中有。")
    if not before.exists():  # begun twice: Grafana still has the first
        write_private(before, file.read_bytes())
    rewrite_private(file, secrets.token_urlsafe(24).encode())
    return [
        f"新口令在 {file}；Grafana 自己保存口令，请在部署目录运行：",
        GRAFANA_COMMAND,
        "在那之前旧口令仍有效（passwords/grafana.before）；用新口令登录后运行 tongxin keys finish grafana",
    ]


def finish_grafana(stack: Stack) -> list[str]:
    """Somebody signed in with the new one: forget the old."""
    before = CityFolder(stack.data).password_file(GRAFANA_BEFORE)
    if not before.exists():
        return ["Grafana 的口令没有在更换"]
    before.unlink()
    return ["保留的 Grafana 旧口令已删除"]


def mail_password_file(stack: Stack, named: Path | None) -> Path:
    """Where notify (in a city Alertmanager too) reads the mail server's password."""
    if named is not None:
        return named
    file = CityFolder(stack.data).password_file(SMTP_PASSWORD)
    if not file.exists():
        raise StackError(
            "本机自带的邮件服务器不要口令；用别的邮件服务器时，以 TONGXIN_SMTP_PASSWORD_FILE 指明口令文件。"
        )
    return file


def set_mail_password(file: Path, password: str) -> list[str]:
    """The password that the mail server's provider knows by now."""
    if not password or any(character.isspace() for character in password):
        raise StackError("口令不能为空，也不能含空白。")
    rewrite_private(file, password.encode())
    return [
        f"新口令已写入 {file}；notify 和 Alertmanager 每次连接邮件服务器时读取，不必重新启动",
        "请先在邮件服务商处更换；页面「邮件」显示是否发出，等待中的邮件会自行再发",
    ]
