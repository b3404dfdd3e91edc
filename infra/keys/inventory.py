"""Every secret of an installation, where it lies and how it is changed: the one list of them.

Always holds (tests/infra/test_every_secret.py): whatever compose mounts as a secret, whatever `tongxin secrets` writes
and whatever setting looks like a secret is in it, and each way of changing it exists.
"""

from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Final

from infra.keys.beside import MAIL
from infra.keys.rotation import KINDS
from infra.local.keys import BUS_USERS
from infra.postgres.roles import SUPERUSER, role_names
from tongxin_contracts.subjects import SERVICES

_NAMED: Final = 2
"""Files that are named one by one."""

WAYS: Final[tuple[str, ...]] = (*KINDS, MAIL)
"""What `tongxin keys rotate` takes."""


@dataclass(frozen=True, slots=True)
class Secret:
    """One kind of secret."""

    name: str
    change: str
    """The command, or the place where it is changed."""
    files: tuple[str, ...] = ()
    """In the data folder or the city's; `*` stands for any name."""
    variables: tuple[str, ...] = ()
    """Where an environment carries it, or the path to it."""
    kept: str = ""
    """Where it is when not in a file of ours."""

    def place(self) -> str:
        """Where it lies, in words: the first of many files stands for them."""
        many = f" 等 {len(self.files)} 个文件" if len(self.files) > _NAMED else ""
        return "、".join(self.files[: 1 if many else _NAMED]) + many or self.kept


def _rotate(kind: str, *, finish: bool = False) -> str:
    ended = f"，然后 tongxin keys finish {kind}" if finish else ""
    return f"tongxin keys rotate {kind}{ended}"


_ROLES: Final = tuple(role for service in SERVICES for role in role_names(service))
_SERVICE_DATABASES: Final = (
    "TONGXIN_DATABASE_URL",
    "TONGXIN_DATABASE_PASSWORD_FILE",
    "TONGXIN_DATABASE_WORKER_URL",
    "TONGXIN_DATABASE_WORKER_PASSWORD_FILE",
)

SECRETS: Final = (
    Secret(
        "令牌签名密钥",
        _rotate("tokens", finish=True),
        ("keys/token_private.pem", "keys/token_public.pem"),
        ("TONGXIN_TOKEN_PRIVATE_KEY_FILE", "TONGXIN_TOKEN_PUBLIC_KEY_FILE"),
    ),
    Secret("封存密钥", _rotate("sealing", finish=True), ("keys/sealing.key",), ("TONGXIN_SEALING_KEY_FILE",)),
    Secret(
        "总线密钥",
        _rotate("bus", finish=True),
        (*(f"keys/{user}.nk" for user in BUS_USERS), "keys/retiring.json"),
        ("TONGXIN_NATS_SEED_FILE",),
    ),
    Secret(
        "数据库角色口令",
        _rotate("database"),
        ("keys/database.json", *(f"passwords/{role}" for role in _ROLES)),
        _SERVICE_DATABASES,
    ),
    Secret(
        "数据库超级用户口令",
        _rotate("postgres"),
        ("keys/database.json", f"passwords/{SUPERUSER}"),
        ("POSTGRES_PASSWORD_FILE", "DATABASE_URL"),
    ),
    Secret("总线节点之间的口令", _rotate("routes"), ("passwords/routes*", "nats/*.conf")),
    Secret(
        "Grafana 管理员口令",
        _rotate("grafana", finish=True),
        ("passwords/grafana*",),
        ("GF_SECURITY_ADMIN_PASSWORD__FILE",),
    ),
    Secret("邮件服务器口令", _rotate(MAIL), ("passwords/smtp",), ("TONGXIN_SMTP_PASSWORD_FILE",)),
    Secret(
        "外部机构的总线密钥",
        "tongxin keys agency 机构标识；对方换好后 tongxin keys finish bus",
        ("agencies/*/agency.nk",),
    ),
    Secret("外部机构的 Webhook 密钥", "页面「外部机构」：旧的一天内仍有效", kept="notify 数据库，封存"),
    Secret(
        "告警的 Webhook 地址",
        "改 .env 中的 TONGXIN_ALERT_WEBHOOK，然后 docker compose up -d alert-routes 并 docker compose restart alertmanager",
        ("alerts/alertmanager.yml",),
        ("TONGXIN_ALERT_WEBHOOK",),
    ),
    Secret(
        "代理的 TLS 私钥",
        "公网域名由 Caddy 自动更换；自备证书时换 certificates/ 中的文件，然后 docker compose restart proxy",
        ("certificates/*",),
    ),
    Secret("个人密码", "本人在页面「修改密码」，或由管理员重置", kept="portal 数据库，argon2"),
    Secret(
        "登录会话", "在 portal 数据库执行 delete from session：所有人重新登录", kept="portal 数据库，摘要"
    ),
)


def covering(file: str) -> list[Secret]:
    """What a file in the data folder belongs to; nothing for one that nobody has thought of."""
    return [secret for secret in SECRETS if any(fnmatch(file, pattern) for pattern in secret.files)]


def carrying(variable: str) -> list[Secret]:
    """What a variable carries or points to."""
    return [secret for secret in SECRETS if variable in secret.variables]
