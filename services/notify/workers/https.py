"""Posts to addresses that strangers wrote down, without being led anywhere else.

Always holds: the name is resolved here, every address it resolved to is checked, and the connection goes to the address that was
checked (no second resolution, so no rebinding); the certificate is checked for the name; no redirect is followed, no proxy used, no
cookie kept; 15 seconds for everything together; of the answer a few hundred bytes are read.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpcore

from services.notify.rules.addresses import Blocked, Target, check_all, target
from tongxin_contracts.words import AttemptOutcome

LIMIT: Final = 15.0
"""Seconds for one attempt, from resolving the name to the answer."""
ANSWER_BYTES: Final = 400
_GONE: Final = 410
_RESOLVING: Final = 32
"""Names resolved at once; a resolver that hangs holds a thread, and no more than that."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """How an attempt went."""

    outcome: AttemptOutcome
    status: int | None = None
    words: str = ""
    milliseconds: int = 0


class Poster:
    """Posts one body to one address."""

    def __init__(
        self,
        *,
        local: bool = False,
        ca_file: Path | None = None,
        resolve: Resolve | None = None,
        limit: float = LIMIT,
    ) -> None:
        self._local = local
        self._tls = ssl.create_default_context()
        if ca_file is not None:
            self._tls.load_verify_locations(ca_file)
        self._threads = ThreadPoolExecutor(_RESOLVING, thread_name_prefix="resolve")
        self._resolve = resolve or self._ask_system
        self._limit = limit

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Posted:
        """One attempt; whatever happens comes back as an outcome, never as an exception."""
        started = time.perf_counter()
        status: int | None = None
        try:
            async with asyncio.timeout(self._limit):
                status, answer = await self._post(url, headers, body)
                outcome = outcome_of(status)
        except Blocked as error:
            outcome, answer = AttemptOutcome.BLOCKED, error.reason
        except (TimeoutError, httpcore.TimeoutException):
            outcome, answer = AttemptOutcome.TIMED_OUT, f"{self._limit:g} 秒内没有应答"
        except (OSError, httpcore.NetworkError, httpcore.ProtocolError, UnicodeError) as error:
            outcome, answer = AttemptOutcome.UNREACHABLE, _why(error)
        spent = round((time.perf_counter() - started) * 1000)
        return Posted(outcome=outcome, status=status, words=answer, milliseconds=spent)

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
        found = target(url, local=self._local)
        address = check_all(await self._resolve(found.host, found.port), found)
        async with (
            httpcore.AsyncConnectionPool(
                ssl_context=self._tls, max_connections=1, network_backend=_Pinned(address, found)
            ) as pool,
            pool.stream("POST", _url(found), headers=list(headers.items()), content=body) as response,
        ):
            answer = b""
            async for chunk in response.aiter_stream():
                answer += chunk
                if len(answer) >= ANSWER_BYTES:
                    break
        return response.status, plain(answer[:ANSWER_BYTES])

    async def _ask_system(self, host: str, port: int) -> Sequence[str]:
        def ask() -> list[str]:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            return list(dict.fromkeys(str(entry[4][0]) for entry in found))

        return await asyncio.get_running_loop().run_in_executor(self._threads, ask)

    def close(self) -> None:
        """Wait for no resolver."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to one address, whatever name stands in the request."""

    def __init__(self, address: str, found: Target) -> None:
        self._address, self._port = address, found.port
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002  (the name was resolved and checked before)
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.AsyncNetworkStream:
        if port != self._port:
            raise Blocked("端口与核对过的不同")
        return await self._backend.connect_tcp(
            self._address, port, timeout=timeout, local_address=local_address, socket_options=socket_options
        )

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)


def outcome_of(status: int) -> AttemptOutcome:
    """What an HTTP status means for a delivery."""
    if status == _GONE:
        return AttemptOutcome.GONE
    family = status // 100
    if family == 2:
        return AttemptOutcome.DELIVERED
    return AttemptOutcome.REDIRECTED if family == 3 else AttemptOutcome.REFUSED


def plain(answer: bytes) -> str:
    """The first bytes of an answer as one line that a page may show."""
    text = answer.decode("utf-8", errors="replace")
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _url(found: Target) -> httpcore.URL:
    return httpcore.URL(
        scheme=found.scheme.encode(), host=found.host.encode(), port=found.port, target=found.path.encode()
    )


def _why(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "域名无法解析"
    return plain(f"{type(error).__name__}: {error}".encode())[:200]
