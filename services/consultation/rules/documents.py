"""What may be put to a step as a document: told by content, because a name proves nothing.

Always holds: what is kept is one of five types, bears a name that ends so, and is no larger than 5 MB.
"""

import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from tongxin_contracts.plain_text import tidy_line, unusable_characters
from tongxin_contracts.refusals import Refused

BYTES_MAX: Final = 5 * 1024 * 1024
_TAIL: Final = 2048
_UNPACKED_MAX: Final = 200 * 1024 * 1024
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_ENDINGS: Final = {
    "application/pdf": ("pdf",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
    f"{_OFFICE}wordprocessingml.document": ("docx",),
    f"{_OFFICE}spreadsheetml.sheet": ("xlsx",),
}
_MARKS: Final = (
    (b"%PDF-", b"%%EOF", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", b"IEND", "image/png"),
    (b"\xff\xd8\xff", b"\xff\xd9", "image/jpeg"),
)
"""How a type begins and ends."""


class DocumentRefused(Refused):
    """The file cannot be kept."""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that may be kept."""

    filename: str
    media_type: str
    content: bytes


def check_document(filename: str, content: bytes) -> CheckedFile:
    """The file with its true type; raises DocumentRefused with what to do."""
    name = tidy_line(filename).replace("/", "_").replace("\\", "_")
    if not name or unusable_characters(name, lines=False):
        raise DocumentRefused("文件名不能为空，也不能含有控制字符，请改名后重新添加。")
    if len(content) > BYTES_MAX:
        raise DocumentRefused(f"“{name}”超过 5 MB，请压缩或拆分后再添加。")
    type_ = _type(content)
    if type_ is None:
        raise DocumentRefused(f"“{name}”不是 pdf、docx、xlsx、jpg、png 文件，或已损坏，请另存后再添加。")
    if name.rpartition(".")[2].lower() not in _ENDINGS[type_]:
        raise DocumentRefused(f"“{name}”的内容其实是 {_ENDINGS[type_][0]} 文件，请改正扩展名后再添加。")
    return CheckedFile(name, type_, content)


def _type(content: bytes) -> str | None:
    for head, tail, type_ in _MARKS:
        if content.startswith(head) and tail in content[-_TAIL:]:
            return type_
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
            too_big = sum(info.file_size for info in archive.infolist()) > _UNPACKED_MAX
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    if too_big or any(name.endswith("vbaProject.bin") for name in names):
        return None
    if "word/document.xml" in names:
        return f"{_OFFICE}wordprocessingml.document"
    return f"{_OFFICE}spreadsheetml.sheet" if "xl/workbook.xml" in names else None
