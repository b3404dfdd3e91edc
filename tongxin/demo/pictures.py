"""A small picture for what stands for a scanned document in the demo: a sheet with lines, as PNG, made here."""

import struct
import zlib
from typing import Final

WIDTH: Final = 240
HEIGHT: Final = 320
_PAPER: Final = b"\xfc\xfb\xf8"
_LINE: Final = b"\x9a\xa5\xb1"


def flow_picture(seed: str) -> bytes:
    """A sheet of paper; the lines differ by what it stands for, so that two documents are two files."""
    turn = sum(seed.encode()) % 7
    rows = b"".join(b"\0" + _row(y, turn) for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _row(y: int, turn: int) -> bytes:
    is_line = 40 <= y < 280 and y % 16 < 2
    length = WIDTH - 60 - (y * (turn + 3)) % 70
    return _PAPER * 30 + (_LINE if is_line else _PAPER) * length + _PAPER * (WIDTH - 30 - length)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
