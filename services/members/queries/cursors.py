"""Where a page ended, as text to hand back."""

import base64
import json
from uuid import UUID

from chassis.problems import Malformed


def write_cursor(name: str, id_: UUID) -> str:
    """The last line's place."""
    return base64.urlsafe_b64encode(json.dumps([name, str(id_)], ensure_ascii=False).encode()).decode()


def read_cursor(text: str) -> tuple[str, UUID]:
    """Where to go on; raises Malformed for a text that is no cursor of ours."""
    try:
        name, id_ = json.loads(base64.urlsafe_b64decode(text.encode()))
        return str(name), UUID(id_)
    except (ValueError, TypeError, AttributeError) as error:
        raise Malformed("翻页位置无效，请从第一页重新查看") from error
