"""The tables of contents of all services, for what looks at them together."""

from collections.abc import Mapping
from typing import Final

from chassis.service import Service
from services.consultation.service import SERVICE as CONSULTATION
from services.members.service import SERVICE as MEMBERS
from services.notify.service import SERVICE as NOTIFY
from services.portal.service import SERVICE as PORTAL
from services.proposals.service import SERVICE as PROPOSALS

CONTENTS: Final[Mapping[str, Service]] = {
    service.name: service for service in (MEMBERS, PROPOSALS, CONSULTATION, NOTIFY, PORTAL)
}
