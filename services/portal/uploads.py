"""Files on their way in and out over REST: into quarantine for a command to name, and back from an owner who made one.

Always holds: what lies in quarantine does nothing until its owner has read it; the owner alone says whether a file is what
it should be. Only who may import puts files in; a file comes out only to whom its owner's answer named it, for a digest
that leaked opens nothing.
"""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response

from chassis.files import StoredFile
from chassis.problems import Forbidden, Malformed, NotFound
from services.portal.guards import UPLOAD_LIMIT, too_large
from services.portal.visit import Visit, Visiting
from tongxin_contracts.message import Answer

router = APIRouter(prefix="/api/v1", tags=["files"])

_UPLOADING: Final = ("members.import_roster", "proposals.attach_file", "consultation.add_document")
_DOWNLOADING: Final = ("members.export_roster", "proposals.attachment", "consultation.document_file")
"""What is still to be held, beside having been given the file, when it is fetched."""

_BYTES: dict[str, Any] = {
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
}
_STORED = {
    "type": "object",
    "required": ["file", "size"],
    "properties": {"file": {"type": "string", "description": "SHA-256, hex"}, "size": {"type": "integer"}},
}


@router.post(
    "/uploads",
    operation_id="upload_file",
    openapi_extra={"requestBody": {"required": True, **_BYTES}},
    responses={200: {"content": {"application/json": {"schema": _STORED}}}},
)
async def upload(visit: Visiting, request: Request) -> JSONResponse:
    """Put a file into quarantine for 24 hours; the answer is the digest that a command names it by."""
    visit.check_csrf(request.headers.get("x-csrf-token"))
    stored = await keep(visit, await request.body())
    return JSONResponse({"file": stored.digest, "size": stored.size})


@router.get("/files/{digest}", operation_id="download_file", responses={200: _BYTES})
async def download(visit: Visiting, digest: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> Response:
    """A file that an owner made in answer to a command, for 24 hours."""
    if not any(visit.may(permission) for permission in _DOWNLOADING):
        raise Forbidden
    if not await visit.portal.files.was_given(digest, _taker(visit)):
        # The same as for a file there is not: whoever only knows a digest does not learn that it is somebody's.
        raise NotFound("文件已过期，或者不是提供给您的")
    return Response(await visit.portal.files.get(digest), media_type="application/octet-stream")


async def give(visit: Visit, answer: Answer) -> None:
    """Where an owner's answer names a file: note that it is this person's to fetch, in the committee they act in."""
    digest = getattr(answer, "file", None)
    if isinstance(digest, str):
        await visit.portal.files.give(digest, _taker(visit))


def _taker(visit: Visit) -> str:
    return f"{visit.actor.id} {visit.committee}"


async def keep(visit: Visit, content: bytes) -> StoredFile:
    """Put an upload into quarantine; raises Forbidden before anything is kept for somebody who may not import."""
    if not any(visit.may(permission) for permission in _UPLOADING):
        raise Forbidden
    if not content:
        raise Malformed("文件是空的，请重新选择文件")
    if len(content) > UPLOAD_LIMIT:
        raise too_large(UPLOAD_LIMIT)
    return await visit.portal.files.put(content)
