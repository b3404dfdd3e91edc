"""Everything the portal does besides pages: what it keeps of others' events, and its door."""

from typing import cast

from chassis.bus import Caller
from chassis.identity import TokenSigner
from chassis.inbox import Reaction
from chassis.keepers import restoring
from chassis.service import Door, Running, Service
from chassis.serving import run
from services.portal.application import make_application
from services.portal.assets.manifest import Manifest
from services.portal.figures import read_figures
from services.portal.invariants import INVARIANTS
from services.portal.keepers import KEEPERS
from services.portal.live.hints import Hints
from services.portal.live.processes import ProcessWatch
from services.portal.portal import Portal
from services.portal.reactions.member_changed import on_member_admitted, on_member_changed
from services.portal.reactions.person_contact import on_person_contact
from services.portal.reactions.person_erased import on_person_erased
from services.portal.reactions.session_opened import on_session_opened
from services.portal.render import Renderer
from services.portal.settings import PortalSettings
from tongxin_contracts.members.erasure import PersonErased
from tongxin_contracts.members.events import MemberAdmitted, MemberChanged, PersonContact, SessionOpened
from tongxin_contracts.message import Event

REACTIONS: dict[type[Event], Reaction] = {
    PersonContact: on_person_contact,
    MemberAdmitted: on_member_admitted,
    MemberChanged: on_member_changed,
    PersonErased: on_person_erased,
    SessionOpened: on_session_opened,
    **restoring(KEEPERS),
}


async def open_door(running: Running) -> Door:
    """Put the portal together: pages, REST, and the hints they live on."""
    settings = cast("PortalSettings", running.settings)
    portal = Portal(
        settings=settings,
        database=running.database,
        caller=Caller(
            running.connection, TokenSigner.from_file(settings.token_private_key_file), running.clock
        ),
        files=running.tools.files,
        clock=running.clock,
        renderer=Renderer(Manifest.load()),
        hints=Hints(),
        processes=ProcessWatch(settings.service_health),
    )
    await portal.hints.listen(running.connection)
    return Door(
        application=make_application(portal),
        host=settings.portal_host,
        port=settings.portal_port,
        close=portal.hints.stop,
    )


SERVICE = Service(
    name="portal",
    settings=PortalSettings,
    reactions=REACTIONS,
    keepers=KEEPERS,
    invariants=INVARIANTS,
    figures=(read_figures,),
    door=open_door,
)


def main() -> None:
    """Run the process."""
    run(SERVICE)
