"""The ways in which a file is broken: its bytes, its XML, the archive that it lies in."""

from __future__ import annotations

import io
import random
import struct
import warnings
import zipfile
from collections.abc import Callable
from typing import Final

from tests.property.damage import flipped, packed

Break = Callable[[bytes, random.Random], bytes]
_MARKS: Final = [
    *(b"{", b"}", b"~", b"=", b"#", b"####", b"->", b"%50%", b"\\", b"::", b"\n\n", b"//", b"$CATEGORY:"),
    *(b"<text>", b"&lt;", b"&#0;", b"<![CDATA[", b"]]>", b"[[1]]", b"{1:MC:", b"ANSWER: A", b"\r", b"\0"),
    *("\u202e".encode(), "\ufeff".encode(), "ế".encode(), b"\xff\xfe", b"<!--", b"[html]", b"[tag:level:x]"),
]
_STRANGE: Final = [
    *(
        "",
        "-1",
        "0",
        "1e999",
        "9" * 400,
        "٣",
        "A A",
        "x>y",
        "true",
        "NaN",
        "[[x]]",
        "A B C",
        "../../x",
        "RESPONSE",
    ),
    *("items/item-00001.xml", "imsmanifest.xml", "urn:examsvc:english", "CON", "data:image/png;base64,AAAA"),
]
_RESERVED: Final = [
    *("CON", "nul.xml", "C:\\x.xml", "C:/x.xml", "a:b.xml", "/etc/passwd", "../up.xml", "a\\..\\b.xml"),
    *("x" * 3_000 + ".xml", "a/./b.xml", " .xml", "a\0b.xml", "é/ế.xml"),
]
_BOMB: Final = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
_OUTSIDE: Final = [
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE x SYSTEM "http://localhost:9/x.dtd">',
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>',
]


def truncated(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def bits(data: bytes, rng: random.Random) -> bytes:
    return flipped(data, rng, 30) if data else data


def letters(data: bytes, rng: random.Random) -> bytes:
    mutable = bytearray(data)
    for _ in range(rng.randint(1, 20) if data else 0):
        mutable[rng.randrange(len(mutable))] = rng.randrange(32, 127)
    return bytes(mutable)


def marks(data: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.randint(1, 8)):
        place = rng.randrange(len(data) + 1)
        data = data[:place] + rng.choice(_MARKS) * rng.choice([1, 1, 2, 30]) + data[place:]
    return data


def twice(data: bytes, rng: random.Random) -> bytes:
    start, end = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    return data[:end] + data[start:end] * rng.randint(1, 3) + data[end:]


def disorder(data: bytes, rng: random.Random) -> bytes:
    lines = data.replace(b"><", b">\n<").split(b"\n")
    for _ in range(rng.randint(1, 10)):
        one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    del lines[rng.randrange(len(lines))]
    return b"\n".join(lines)


def numbers(data: bytes, rng: random.Random) -> bytes:
    digits = [place for place, sign in enumerate(data) if 48 <= sign <= 57]
    mutable = bytearray(data)
    for place in rng.sample(digits, min(len(digits), rng.randint(1, 12))):
        mutable[place] = rng.choice(b"0123456789.-,eE*")
    return bytes(mutable)


def encoding(data: bytes, rng: random.Random) -> bytes:
    """In another encoding than the file says, or with an encoding that there is not."""
    text = data.decode("utf-8", "replace")
    way = rng.randrange(5)
    if way == 0:
        return text.encode("utf-16-le")
    if way == 1:
        return text.encode(rng.choice(["utf-16", "utf-32", "utf-7", "cp1258"]), "replace")
    if way == 2:
        said = rng.choice(["latin-1", "utf-16", "x-none", "utf-7", "idna", "rot13"])
        return data.replace(b"UTF-8", said.encode()).replace(b"utf-8", said.encode())
    if way == 3:
        return b"\xef\xbb\xbf" * 2 + data
    return text.encode("cp1252", "replace")


def huge(data: bytes, rng: random.Random) -> bytes:
    """A field of one kind of sign, a megabyte and more."""
    sign = rng.choice([b"a", b" ", b"<", b"&lt;", b"{", b"=a ", b"\n", b"\\", b"[[", b"9", b"&amp;", b"~"])
    place = rng.randrange(len(data) + 1)
    return data[:place] + sign * (rng.randint(100_000, 1_500_000) // len(sign)) + data[place:]


def deep(data: bytes, rng: random.Random) -> bytes:
    tag = rng.choice([b"div", b"b", b"section", b"responseCondition", b"and", b"not", b"material", b"mrow"])
    depth, place = rng.choice([50, 300, 5_000, 60_000]), data.find(b">", rng.randrange(len(data) + 1)) + 1
    return (
        data[:place]
        + b"<"
        + (tag + b"><") * depth
        + tag
        + b">"
        + (b"</" + tag + b">") * (depth + 1)
        + data[place:]
    )


def values(data: bytes, rng: random.Random) -> bytes:
    """Well-formed, but with values that no program writes; names that lead in a circle among them."""
    pieces = data.split(b'"')
    for _ in range(rng.randint(1, 4) if len(pieces) > 2 else 0):
        place = rng.randrange(len(pieces) // 2) * 2 + 1
        if b"http" not in pieces[place]:
            pieces[place] = rng.choice(_STRANGE).encode()
    return b'"'.join(pieces)


def entities(data: bytes, rng: random.Random) -> bytes:
    """Entities that multiply, that read a file, that ask another host."""
    head, end, rest = data.partition(b"?>")
    declared = rng.choice([_BOMB, *_OUTSIDE]).encode()
    rest = rest if end else data
    used = rest.replace(b">", b">&i;&e;", rng.randint(1, 3)) if rng.random() < 0.7 else rest
    return (head + end if end else b"") + declared + used


PLAIN: Final[tuple[Break, ...]] = (
    truncated, bits, letters, marks, twice, disorder, numbers, encoding, huge, deep, values, entities,
)  # fmt: skip


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def part(data: bytes, rng: random.Random) -> bytes:
    """One or two files within broken as a file alone is."""
    parts = _parts(data)
    for _ in range(rng.randint(1, 2)):
        name = rng.choice(sorted(parts))
        parts[name] = rng.choice(PLAIN)(parts[name], rng)
    return packed(parts)


def bomb(data: bytes, rng: random.Random) -> bytes:
    parts = _parts(data)
    name = rng.choice([*parts, "zeros.xml", "media/zeros.png"])
    fill = rng.choice([b"\0", b" ", b"<a/>"])
    parts[name] = parts.get(name, b"") + fill * (rng.randint(1, 12) * 1024 * 1024 // len(fill))
    return packed(parts)


def names(data: bytes, rng: random.Random) -> bytes:
    """Names that lead out of the folder, that a system keeps for itself, that are there twice."""
    parts = list(_parts(data).items())
    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        for name, content in parts:
            way = rng.random()
            archive.writestr(rng.choice(_RESERVED) if way < 0.15 else name, content)
            if way > 0.9:
                archive.writestr(name if way > 0.95 else name.upper(), content[: len(content) // 2])
    return target.getvalue()


def nested(data: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.randint(1, 4)):
        data = packed({rng.choice(["a.zip", "a.xml", "imsmanifest.xml", "word/document.xml"]): data})
    return data


def encrypted(data: bytes, rng: random.Random) -> bytes:
    """The mark of an encrypted entry, a method that nobody has, sizes that are not so."""
    mutable = bytearray(data)
    place = mutable.find(b"PK\x01\x02", rng.randrange(len(data)))
    place = place if place >= 0 else mutable.find(b"PK\x01\x02")
    offset, value = rng.choice([(8, 1), (10, 99), (24, 0xFFFFFFFF), (20, 0), (42, 0x7FFFFFFF), (28, 0xFFFF)])
    size = "<H" if offset in {8, 10, 28} else "<I"
    struct.pack_into(size, mutable, place + offset, value)
    return bytes(mutable)


def directory(data: bytes, rng: random.Random) -> bytes:
    mutable = bytearray(data)
    start = data.index(b"PK\x01\x02")
    for _ in range(rng.randint(1, 6)):
        mutable[rng.randrange(start, len(mutable))] = rng.randrange(256)
    return bytes(mutable)


def crowd(data: bytes, rng: random.Random) -> bytes:
    parts = _parts(data)
    content = rng.choice([b"", b"<assessmentItem/>", b"<questestinterop/>"])
    return packed(parts | {f"n/{number}.xml": content for number in range(rng.choice([300, 1_200, 5_100]))})


def types(data: bytes, rng: random.Random) -> bytes:
    """Files that are not what their names say."""
    others = [b"<svg xmlns='x'><script/></svg>", b"MZ\x90\0", b"GIF89a\1\0\1\0", b"%PDF"]
    others.append(b"\x89PNG\r\n\x1a\n" + b"\0" * 40)
    parts = _parts(data)
    chosen = rng.sample(sorted(parts), min(len(parts), rng.randint(1, 3)))
    return packed({name: rng.choice(others) if name in chosen else one for name, one in parts.items()})


PACKED: Final[tuple[Break, ...]] = (
    part, part, part, part, truncated, bits, directory, bomb, names, nested, encrypted, crowd, types,
)  # fmt: skip


def broken(data: bytes, rng: random.Random) -> tuple[str, bytes]:
    """The file broken in one way, which is named."""
    way = rng.choice(PACKED if data.startswith(b"PK") else PLAIN)
    return way.__name__, way(data, rng)
