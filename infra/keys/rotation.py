"""Each kind of key is changed in two steps where both can be good: the new one begins; then the old one ends.

Of passwords only one is good at a time; how that is done under work is said where it is done (`database`, `routes`,
`beside`). In between everybody goes on: processes read key files again by themselves (`chassis/key_files.py`), and what reads its
key only at its start (the bus, the databases) is started again in the meantime. Always holds: files are replaced whole,
mode 0600; what verifies or opens is there before what signs or seals.
"""

import json
from collections.abc import Callable, Mapping
from typing import Final, Literal, get_args

from chassis.sealing import Sealer
from infra.keys.beside import finish_grafana, new_grafana_password
from infra.keys.database import finish_passwords, new_passwords, new_superuser_password
from infra.keys.routes import change_routes, finish_routes
from infra.keys.sealed import seal_anew
from infra.local.blocking import blocking
from infra.local.keys import (
    BUS_USERS,
    new_sealing_key,
    new_seed,
    new_token_key,
    public_half,
    public_nkey,
)
from infra.local.private_files import write_private
from infra.local.problems import StackError
from infra.local.stack import Stack
from infra.nats.config import OPERATOR_USER, agency_user
from infra.nats.connection import until_accepted

Kind = Literal["tokens", "sealing", "bus", "database", "postgres", "routes", "grafana"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_END: Final = b"-----END PUBLIC KEY-----\n"


def _new_token(stack: Stack) -> list[str]:
    keys = stack.keys
    private, known = new_token_key(), keys.token_public.read_bytes()
    newest_known = known[: known.index(_END) + len(_END)]
    write_private(keys.token_public, public_half(private) + newest_known)
    write_private(keys.token_private, private)
    return ["新的令牌密钥已启用；旧的公钥仍被接受，一分钟后可以 tongxin keys finish tokens"]


def _new_sealing(stack: Stack) -> list[str]:
    known = stack.keys.sealing.read_bytes()
    if len(known.split()) > 1:
        raise StackError("上一次更换封存密钥还没有结束：先运行 tongxin keys finish sealing。")
    write_private(stack.keys.sealing, new_sealing_key() + known)
    return ["新的封存密钥已启用", *_seal_anew(stack)]


def _finish_sealing(stack: Stack) -> list[str]:
    known = stack.keys.sealing.read_bytes().split()
    if len(known) == 1:
        return ["封存密钥没有在更换"]
    said = _seal_anew(stack)
    write_private(stack.keys.sealing, known[0] + b"\n")
    return [*said, "旧的封存密钥已移除；更早的备份要用其中自带的密钥打开"]


def _seal_anew(stack: Stack) -> list[str]:
    changed = blocking(seal_anew(stack.admin_url, Sealer.from_file(stack.keys.sealing)))
    return [f"{place}：{number} 项已用新密钥封存" for place, number in changed.items()]


def _new_bus_keys(stack: Stack) -> list[str]:
    """Let in the new keys first, then put them where processes look, then name the old ones as those that go."""
    keys, before = stack.keys, stack.keys.public_nkeys()
    retiring = keys.retiring_nkeys()
    drafts = {user: keys.seed(user).with_suffix(".new") for user in BUS_USERS}
    for draft in drafts.values():
        write_private(draft, new_seed())
    both = {user: [*retiring.get(user, ()), public_nkey(drafts[user])] for user in BUS_USERS}
    write_private(keys.retiring, json.dumps(retiring | both, indent=1).encode())
    stack.reload_bus()
    blocking(until_accepted(stack.nats_url, drafts[OPERATOR_USER], OPERATOR_USER))
    for user, draft in drafts.items():
        draft.replace(keys.seed(user))
    old = {user: [*retiring.get(user, ()), before[user]] for user in BUS_USERS}
    write_private(keys.retiring, json.dumps(retiring | old, indent=1).encode())
    stack.reload_bus()
    return [
        f"总线上 {'、'.join(BUS_USERS)} 的新密钥已启用，旧的仍被接受",
        "请逐个重新启动服务（它们启动时读取密钥），然后运行 tongxin keys finish bus",
    ]


def rotate_agency(stack: Stack, agency: str) -> list[str]:
    """A new key for an outside body: hand over its folder again; the old key stays good until `finish bus`."""
    retiring = stack.keys.retiring_nkeys()
    retiring.setdefault(agency_user(agency), []).append(stack.agencies.find(agency).public_key)
    write_private(stack.keys.retiring, json.dumps(retiring, indent=1).encode())
    renewed = stack.agencies.renew(agency)
    folder = stack.agencies.hand_over(renewed, stack.nats_url).folder
    stack.reload_bus()
    return [f"机构 {agency} 的新密钥在 {folder}，旧的仍被接受；对方换好后运行 tongxin keys finish bus"]


def _finish_bus(stack: Stack) -> list[str]:
    users = stack.keys.retiring_nkeys()
    if not users:
        return ["总线密钥没有在更换"]
    stack.keys.retiring.unlink()
    stack.reload_bus()
    return [f"{'、'.join(users)} 的旧密钥不再有效；还在用旧密钥的进程会断开并自行重新启动"]


def _finish_tokens(stack: Stack) -> list[str]:
    write_private(stack.keys.token_public, public_half(stack.keys.token_private.read_bytes()))
    return ["旧的令牌密钥不再有效"]


Step = Callable[[Stack], list[str]]
_STEPS: Final[Mapping[Kind, tuple[Step, Step]]] = {
    "tokens": (_new_token, _finish_tokens),
    "sealing": (_new_sealing, _finish_sealing),
    "bus": (_new_bus_keys, _finish_bus),
    "database": (new_passwords, finish_passwords),
    "postgres": (new_superuser_password, finish_passwords),
    "routes": (change_routes, finish_routes),
    "grafana": (new_grafana_password, finish_grafana),
}


def begin(stack: Stack, kind: Kind) -> list[str]:
    """Make a new key of a kind and use it from now on; where two can be good the old one stays so. Returns what was done."""
    return _STEPS[kind][0](stack)


def finish(stack: Stack, kind: Kind) -> list[str]:
    """The old key of a kind is good no more."""
    return _STEPS[kind][1](stack)
