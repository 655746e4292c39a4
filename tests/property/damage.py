"""What happens to files on their way: bytes of an archive flipped, its directory and its parts broken."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Mapping


def packed(parts: Mapping[str, bytes]) -> bytes:
    """An archive of these parts, the same bytes every time."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def flipped(whole: bytes, rng: random.Random, most: int) -> bytes:
    """Up to `most` bits turned."""
    data = bytearray(whole)
    for _ in range(rng.randint(1, most)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def broken_directory(whole: bytes, rng: random.Random) -> bytes:
    """Flips near the end, where the archive's directory of names, sizes and offsets lies."""
    data = bytearray(whole)
    start = data.index(b"PK\x01\x02")
    for _ in range(rng.randint(1, 6)):
        data[rng.randrange(start, len(data))] = rng.randrange(256)
    return bytes(data)


def broken_part(parts: Mapping[str, bytes], rng: random.Random, most: int) -> bytes:
    """The archive with up to `most` bytes of one part written over."""
    name = rng.choice(sorted(parts))
    content = bytearray(parts[name])
    for _ in range(rng.randint(1, most)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    return packed({**parts, name: bytes(content)})
