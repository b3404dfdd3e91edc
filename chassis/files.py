"""Files on their way between the portal and an owner: an object store, named by content.

The portal puts an upload into quarantine under its SHA-256; a command names that digest. Nothing here is kept: the
bucket forgets after 24 hours, and has a limit of its own so that files can never stop events (decision 6).
"""

import hashlib
from dataclasses import dataclass
from typing import Protocol

from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext
from nats.js.errors import BucketNotFoundError, NotFoundError, ObjectNotFoundError

from chassis.problems import NotFound, Unavailable
from tongxin_contracts.subjects import QUARANTINE_BUCKET


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file by content."""

    digest: str
    """SHA-256, hex."""
    size: int
    """Bytes."""


class Files(Protocol):
    """Where files are put and fetched."""

    async def put(self, content: bytes) -> StoredFile:
        """Keep content for 24 hours; the same content twice is kept once."""
        ...

    async def get(self, digest: str) -> bytes:
        """Content by digest; raises NotFound when it is gone."""
        ...

    async def give(self, digest: str, to: str) -> None:
        """Note that somebody was told of a file; forgotten with it."""
        ...

    async def was_given(self, digest: str, to: str) -> bool:
        """Whether that was noted."""
        ...


class ObjectStoreFiles:
    """Files in the JetStream object store."""

    def __init__(self, jetstream: JetStreamContext) -> None:
        self._jetstream = jetstream

    async def put(self, content: bytes) -> StoredFile:
        """Keep content for 24 hours under its digest."""
        digest = hashlib.sha256(content).hexdigest()
        try:
            bucket = await self._jetstream.object_store(QUARANTINE_BUCKET)
            await bucket.put(digest, content)
        except (TimeoutError, NatsTimeoutError, BucketNotFoundError) as error:
            raise Unavailable("文件暂时无法保存，请稍后重新上传") from error
        return StoredFile(digest, len(content))

    async def give(self, digest: str, to: str) -> None:
        """An empty object whose name is made of both; the bucket forgets it with the file."""
        try:
            bucket = await self._jetstream.object_store(QUARANTINE_BUCKET)
            await bucket.put(_note(digest, to), b"")
        except (TimeoutError, NatsTimeoutError, BucketNotFoundError) as error:
            raise Unavailable("文件暂时无法保存，请稍后重试") from error

    async def was_given(self, digest: str, to: str) -> bool:
        """Whether there is one."""
        try:
            bucket = await self._jetstream.object_store(QUARANTINE_BUCKET)
            await bucket.get_info(_note(digest, to))
        except (ObjectNotFoundError, NotFoundError):
            return False
        except (TimeoutError, NatsTimeoutError, BucketNotFoundError) as error:
            raise Unavailable("文件暂时无法读取，请稍后重试") from error
        return True

    async def get(self, digest: str) -> bytes:
        """Content by digest, checked against it."""
        try:
            bucket = await self._jetstream.object_store(QUARANTINE_BUCKET)
            found = await bucket.get(digest)
        except (ObjectNotFoundError, NotFoundError) as error:
            raise NotFound("文件已过期或未上传成功，请重新上传") from error
        except (TimeoutError, NatsTimeoutError, BucketNotFoundError) as error:
            raise Unavailable("文件暂时无法读取，请稍后重试") from error
        content = found.data or b""
        if hashlib.sha256(content).hexdigest() != digest:
            raise NotFound("文件内容不完整，请重新上传")
        return content


def _note(digest: str, to: str) -> str:
    """Tells neither of the two to whoever lists the bucket."""
    return "given-" + hashlib.sha256(f"{digest} {to}".encode()).hexdigest()
