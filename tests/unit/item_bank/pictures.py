"""The smallest honest pictures of each kind, made by hand."""

from __future__ import annotations

import struct
import zlib


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 3, height: int = 2, *extra: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(min(height, 50))))
    parts = (chunk(b"IHDR", header), *extra, chunk(b"IDAT", rows), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def jpeg(width: int = 5, height: int = 4) -> bytes:
    app = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + bytes(9)
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    scan = b"\xff\xda" + struct.pack(">H", 8) + b"\1\1\0\0\x3f\0" + b"\x12\x34"
    return b"\xff\xd8" + app + frame + scan + b"\xff\xd9"


GIF_FRAME = b"\x2c" + struct.pack("<HHHHB", 0, 0, 7, 6, 0) + b"\2" + b"\3abc\0"


def gif(*frames: bytes, width: int = 7, height: int = 6) -> bytes:
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    comment = b"\x21\xfe\5hello\0"
    return b"GIF89a" + screen + comment + b"".join(frames or (GIF_FRAME,)) + b"\x3b"


def webp(name: bytes = b"VP8X", body: bytes = bytes(4) + b"\x08\0\0\x09\0\0") -> bytes:
    part = name + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(part)) + b"WEBP" + part
