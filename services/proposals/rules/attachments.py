"""What may be attached to a proposal: told by content, because a name proves nothing.

Always holds: what is kept is one of five types, begins and ends as that type does, bears a name that ends so, and is no
larger than the limit. A document with macros or a zip that is no document is refused.
"""

import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from tongxin_contracts.plain_text import tidy_line, unusable_characters
from tongxin_contracts.refusals import Refused

ATTACHMENTS_MAX: Final = 5
BYTES_MAX: Final = 5 * 1024 * 1024
_DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDINGS: Final = {
    "application/pdf": ("pdf",),
    _DOCX: ("docx",),
    _XLSX: ("xlsx",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
}
ALLOWED: Final = "pdf、docx、xlsx、jpg、png"
_TAIL: Final = 2048
"""Writers of pdf may put a little behind the end mark."""
_UNPACKED_MAX: Final = 200 * 1024 * 1024


class AttachmentRefused(Refused):
    """The file cannot be attached."""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that may be attached."""

    filename: str
    media_type: str
    content: bytes


def check_attachment(filename: str, content: bytes) -> CheckedFile:
    """The file with its true type; raises AttachmentRefused with what to do."""
    name = tidy_line(filename).replace("/", "_").replace("\\", "_")
    if not name or unusable_characters(name, lines=False):
        raise AttachmentRefused("文件名不能为空，也不能含有控制字符，请改名后重新添加。")
    if not content:
        raise AttachmentRefused(f"“{name}”是空文件，请重新选择。")
    if len(content) > BYTES_MAX:
        raise AttachmentRefused(f"“{name}”超过 5 MB，请压缩或拆分后再添加。")
    type_ = media_type(content)
    if type_ is None:
        raise AttachmentRefused(f"“{name}”的内容不是 {ALLOWED} 中的一种，或文件已损坏，请另存后再添加。")
    ending = name.rpartition(".")[2].lower()
    if ending not in ENDINGS[type_]:
        raise AttachmentRefused(f"“{name}”的内容其实是 {ENDINGS[type_][0]} 文件，请改正扩展名后再添加。")
    return CheckedFile(name, type_, content)


def media_type(content: bytes) -> str | None:
    """What the content is, None for anything that is not allowed."""
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-_TAIL:]:
        return "application/pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in content[-_TAIL:]:
        return "image/png"
    if content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content[-_TAIL:]:
        return "image/jpeg"
    return _office(content) if content.startswith(b"PK\x03\x04") else None


def _office(content: bytes) -> str | None:
    """Word or Excel without macros; a bomb of a zip is nothing."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = {info.filename for info in archive.infolist()}
            if sum(info.file_size for info in archive.infolist()) > _UNPACKED_MAX:
                return None
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    if "[Content_Types].xml" not in names or any(name.endswith("vbaProject.bin") for name in names):
        return None
    if "word/document.xml" in names:
        return _DOCX
    return _XLSX if "xl/workbook.xml" in names else None
