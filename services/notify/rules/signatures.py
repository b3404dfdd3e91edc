"""How a webhook delivery is signed: Standard Webhooks 1.0, symmetric (`v1`, HMAC-SHA256).

What is signed is `<id>.<timestamp>.<body>`, so neither the id nor the time can be exchanged. Several signatures stand side by
side, separated by spaces; a receiver that knows one of the secrets is content, which is how a secret is changed without a gap.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from tongxin_contracts.notify.agencies import SECRET_PREFIX

OLD_SECRET: Final = timedelta(hours=24)
"""How long the former secret is signed with after a rotation."""


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature: `v1,` and Base64."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(secrets: Sequence[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a delivery, signed with each secret, the newest first."""
    timestamp = int(at.timestamp())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(secret, message_id, timestamp, body) for secret in secrets),
    }
