"""Where a webhook may lead: nowhere inside (SSRF).

A webhook's address is written by somebody outside the house and called from inside it. Always holds: only https, only ports 443
and 8443, only an address that is globally routed; whatever hides another address inside itself (IPv4-mapped, NAT64, 6to4,
Teredo) is refused altogether. A name is judged by the addresses it resolves to, every one of them, at every delivery.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from tongxin_contracts.refusals import Refused

PORTS: Final = (443, 8443)
LOCAL: Final = "127.0.0.1"
_MAX_PORT: Final = 65_535

_NEVER_4: Final = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # CGNAT; a cloud's metadata service lives there too
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's own host, though it looks public
        "169.254.0.0/16",  # link-local; metadata services
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_GLOBAL_6: Final = IPv6Network("2000::/3")
_NEVER_6: Final = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "2620:4f:8000::/48",
        "3fff::/20",
        "5f00::/16",
    )
)


class Blocked(Refused):
    """The address may not be called; the text says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook posts to."""

    scheme: str
    host: str
    port: int
    path: str
    """With the query."""

    @property
    def is_local(self) -> bool:
        """A receiver on this machine, which only a development setting allows."""
        return self.scheme == "http"


def target(url: str, *, local: bool = False) -> Target:
    """Read a webhook's URL; raises Blocked. `local`: plain http to 127.0.0.1 is allowed, for development."""
    if not url.isascii() or not url.isprintable() or any(sign in url for sign in " \\"):
        raise Blocked("地址只能由英文字母、数字和符号组成；中文域名请写成 xn-- 形式")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Blocked("这不是有效的地址") from error
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise Blocked("地址中没有主机名")
    if parts.username is not None or parts.password is not None:
        raise Blocked("地址中不能含用户名或密码")
    if parts.fragment:
        raise Blocked("地址中不能含 # 片段")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if local and parts.scheme == "http" and host == LOCAL:
        return Target("http", host, port or 80, path)
    if parts.scheme != "https":
        raise Blocked("地址必须以 https:// 开头")
    if (port or 443) not in PORTS:
        raise Blocked(f"端口只能是 {'、'.join(map(str, PORTS))}")
    literal = _literal(host)
    if literal is not None:
        check(literal)
    elif "." not in host:
        raise Blocked("请填写完整的域名")
    return Target("https", host, port or 443, path)


def check_all(addresses: Sequence[str], found: Target) -> str:
    """The address to connect to, when every address a name resolved to is allowed; raises Blocked."""
    if not addresses:
        raise Blocked("域名没有解析到任何地址")
    if found.is_local:
        if set(addresses) != {LOCAL}:
            raise Blocked("只允许本机地址")
        return LOCAL
    for address in addresses:
        check(ip_address(address.partition("%")[0]))
    return addresses[0]


def check(address: IPv4Address | IPv6Address) -> None:
    """Raise Blocked for an address that is not globally routed, or that stands for another one."""
    if isinstance(address, IPv4Address):
        allowed = address.is_global and not any(address in network for network in _NEVER_4)
    else:
        # Whatever is outside 2000::/3 is loopback, mapped, NAT64, link-local, unique local, multicast or nothing.
        allowed = (
            address in _GLOBAL_6 and address.is_global and not any(address in never for never in _NEVER_6)
        )
    if not allowed:
        raise Blocked(f"{address} 是内部或保留地址，不能作为推送地址")


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
