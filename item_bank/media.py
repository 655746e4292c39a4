"""Pictures in a wording: which files may be one, and how the text refers to them."""

from __future__ import annotations

import html
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from item_bank.errors import InvalidMedia

MAX_BYTES = 1024 * 1024
MAX_SIDE = 4_000  # pixels; a browser unpacks every one of them
MAX_PIXELS = 8_000_000
SCHEME = "media"

# as the sanitiser writes it: nothing else in a wording is a picture
REFERENCE = re.compile(r'<img src="media:([0-9a-f]{64})" alt="([^"<>]+)">')
_MEANT = re.compile(rf"<img\b[^<>]*{SCHEME}:", re.IGNORECASE)
_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = re.compile(rb"<(?:\?xml|!doctype\s+svg|svg)\b", re.IGNORECASE)
# markers of a JPEG that open a frame, and so tell its size
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's bytes, and what its own structure says of it."""

    mime: str
    width: int
    height: int
    content: bytes


def read_picture(data: bytes) -> Picture:
    """The picture that these bytes are: PNG, JPEG, GIF or WebP, still, whole and of sensible size.

    Name and declared type of a file are not asked. Raises InvalidMedia; a drawing in SVG is refused, for it
    may carry scripts and addresses.
    """
    if len(data) > MAX_BYTES:
        raise InvalidMedia("IMAGE_TOO_LARGE", size=len(data), limit=MAX_BYTES)
    kind = _kind_of(data)
    try:
        width, height = _SIZES[kind](data)
    except (struct.error, IndexError) as error:
        raise InvalidMedia("IMAGE_DAMAGED") from error
    if width < 1 or height < 1:
        raise InvalidMedia("IMAGE_DAMAGED")
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise InvalidMedia("IMAGE_TOO_WIDE", width=width, height=height, limit=MAX_SIDE)
    return Picture(f"image/{kind}", width, height, data)


def references(*markups: str) -> list[str]:
    """The SHA-256 of each picture that sanitised texts refer to, in order, each once."""
    found = (match.group(1) for markup in markups for match in REFERENCE.finditer(markup))
    return list(dict.fromkeys(found))


def reference(sha256: str, alt: str) -> str:
    """What an author writes to show this picture; `alt` is what a reader who cannot see it is told."""
    for character, look_alike in (("<", "‹"), (">", "›"), ('"', "”")):
        alt = alt.replace(character, look_alike)
    return f'<img src="{SCHEME}:{sha256}" alt="{" ".join(alt.split())}">'


def names_picture(authored: str) -> bool:
    """Whether an author means to show a picture, well written or not."""
    return _MEANT.search(html.unescape(authored)) is not None


def is_lost(authored: str, markup: str) -> bool:
    """Whether a picture that the author meant is none in the sanitised text: no words, or other quotes."""
    return len(_MEANT.findall(html.unescape(authored))) > len(REFERENCE.findall(markup))


def _kind_of(data: bytes) -> str:
    if data.startswith(_PNG):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    raise InvalidMedia("IMAGE_IS_SVG" if _SVG.search(data[:1024]) else "IMAGE_NOT_SUPPORTED")


def _png_size(data: bytes) -> tuple[int, int]:
    """Chunk by chunk to the end: a file with something behind its end is not only a picture."""
    place, size = len(_PNG), (0, 0)
    while True:
        length, name = struct.unpack_from(">I4s", data, place)
        end = place + 12 + length
        (checksum,) = struct.unpack_from(">I", data, end - 4)
        if zlib.crc32(data[place + 4 : end - 4]) != checksum or (name == b"IHDR") != (place == len(_PNG)):
            raise InvalidMedia("IMAGE_DAMAGED")
        if name == b"IHDR":
            size = struct.unpack_from(">II", data, place + 8)
        elif name == b"acTL":
            raise InvalidMedia("IMAGE_MOVES")
        elif name == b"IEND":
            _require_end(end, data)
            return size
        place = end


def _jpeg_size(data: bytes) -> tuple[int, int]:
    place, size = 2, (0, 0)
    while True:
        if data[place] != 0xFF:
            raise InvalidMedia("IMAGE_DAMAGED")
        marker = data[place + 1]
        if marker == 0xFF:  # padding
            place += 1
            continue
        (length,) = struct.unpack_from(">H", data, place + 2)
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, place + 5)
            size = (width, height)
        elif marker == 0xDA:  # the scan: pixels to the end
            if not data.endswith(b"\xff\xd9"):
                raise InvalidMedia("IMAGE_DAMAGED")
            return size
        if length < 2:
            raise InvalidMedia("IMAGE_DAMAGED")
        place += 2 + length


def _gif_size(data: bytes) -> tuple[int, int]:
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    place, n_frames = 13 + _colour_table(flags), 0
    while data[place] != 0x3B:
        if data[place] == 0x21:
            place = _behind_blocks(data, place + 2)
        elif data[place] == 0x2C:
            n_frames += 1
            place = _behind_blocks(data, place + 11 + _colour_table(data[place + 9]))
        else:
            raise InvalidMedia("IMAGE_DAMAGED")
    _require_end(place + 1, data)
    if n_frames != 1:
        raise InvalidMedia("IMAGE_MOVES" if n_frames else "IMAGE_DAMAGED")
    return width, height


def _colour_table(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _behind_blocks(data: bytes, place: int) -> int:
    while data[place]:
        place += 1 + data[place]
    return place + 1


def _webp_size(data: bytes) -> tuple[int, int]:
    (length,) = struct.unpack_from("<I", data, 4)
    _require_end(8 + length, data)
    name, body = data[12:16], data[20:]
    if name == b"VP8X":
        if body[0] & 0x02:
            raise InvalidMedia("IMAGE_MOVES")
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if name == b"VP8L" and body[0] == 0x2F:
        (bits,) = struct.unpack_from("<I", body, 1)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if name == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    raise InvalidMedia("IMAGE_DAMAGED")


def _require_end(end: int, data: bytes) -> None:
    if end != len(data):
        raise InvalidMedia("IMAGE_DAMAGED")


_SIZES: dict[str, Callable[[bytes], tuple[int, int]]] = {
    "png": _png_size,
    "jpeg": _jpeg_size,
    "gif": _gif_size,
    "webp": _webp_size,
}
