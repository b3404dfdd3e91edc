"""Loading a past: in a rehearsal a command may say at which instant it is to have happened.

Always holds: without `TONGXIN_REHEARSAL=1` such a command is refused, never carried out as of now; an instant in the
future is refused everywhere. In a rehearsal nothing happens by itself (no deadline fires, no worker runs), because
deadlines counted from a past instant may have passed long before the next command of that past comes; reactions to
events write each event's own instant, and act at the latest of a batch. A normal start afterwards lets everything that is due happen.
"""

from collections.abc import Mapping
from datetime import datetime

from chassis.problems import Forbidden, Malformed
from tongxin_contracts.envelope import AS_OF


def acting_at(headers: Mapping[str, str], now: datetime, *, rehearsal: bool, is_command: bool) -> datetime:
    """When a request acts: now, or in a rehearsal the past instant its header names."""
    named = headers.get(AS_OF)
    if named is None:
        return now
    if not rehearsal:
        raise Forbidden("系统不在演练方式下，不能指定办理时间；请去掉办理时间后重新提交")
    if not is_command:
        raise Malformed("查询不能指定时间")
    try:
        instant = datetime.fromisoformat(named)
    except ValueError as error:
        raise Malformed("办理时间不是有效的时刻") from error
    if instant.tzinfo is None:
        raise Malformed("办理时间没有写明时区")
    if instant > now:
        raise Malformed("办理时间不能晚于现在")
    return instant.astimezone(now.tzinfo)
