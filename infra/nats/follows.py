"""Which streams each service follows: read from the services' own tables of contents, said nowhere else."""

from typing import Final

from chassis.topology import Follows
from services.consultation.service import SERVICE as CONSULTATION
from services.members.service import SERVICE as MEMBERS
from services.notify.service import SERVICE as NOTIFY
from services.portal.service import SERVICE as PORTAL
from services.proposals.service import SERVICE as PROPOSALS

FOLLOWS: Final[Follows] = {
    service.name: service.follows for service in (MEMBERS, PROPOSALS, CONSULTATION, NOTIFY, PORTAL)
}
