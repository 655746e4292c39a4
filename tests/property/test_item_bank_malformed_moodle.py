"""Files of other systems broken at random: each is read or refused whole, soon, and never anything else."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from item_bank.errors import ImportRefused
from item_bank.formats.aiken import read_aiken
from item_bank.formats.foreign import Fate, ForeignBank
from item_bank.formats.gift import read_gift
from item_bank.formats.moodle_xml import read_moodle_xml
from item_bank.interactions.asked import check_stem
from item_bank.interactions.marking import check_key
from item_bank.stem import sanitise

PER_KIND = int(os.environ.get("MALFORMED_PER_KIND", "60"))
SAMPLES = Path(__file__).resolve().parents[1] / "data" / "moodle"
READERS: dict[str, tuple[Callable[[bytes], ForeignBank], bytes, tuple[bytes, ...]]] = {
    "aiken": (
        read_aiken,
        (SAMPLES / "mau.aiken.txt").read_bytes(),
        (b"ANSWER: ", b"A. ", b"B) ", b"\n\n", b"\r", b"a. ", b"<b>", b"\\("),
    ),
    "gift": (
        read_gift,
        (SAMPLES / "mau.gift.txt").read_bytes(),
        (
            b"{",
            b"}",
            b"~",
            b"=",
            b"#",
            b"####",
            b"->",
            b"%50%",
            b"%-3%",
            b"\\",
            b"::",
            b"\n\n",
            b"//",
            b"$CATEGORY:",
        ),
    ),
    "moodle_xml": (
        read_moodle_xml,
        (SAMPLES / "mau.moodle.xml").read_bytes(),
        (
            b"<text>",
            b"</text>",
            b"<answer>",
            b"&lt;",
            b"&#0;",
            b"<![CDATA[",
            b"]]>",
            b"[[1]]",
            b"{1:MC:",
            b"<file>",
        ),
    ),
}


def truncated(data: bytes, _marks: tuple[bytes, ...], rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def with_flipped_bytes(data: bytes, _marks: tuple[bytes, ...], rng: random.Random) -> bytes:
    mutable = bytearray(data)
    for _ in range(rng.randint(1, 20)):
        mutable[rng.randrange(len(mutable))] = rng.randrange(32, 127)
    return bytes(mutable)


def with_marks_anywhere(data: bytes, marks: tuple[bytes, ...], rng: random.Random) -> bytes:
    for _ in range(rng.randint(1, 8)):
        place = rng.randrange(len(data))
        data = data[:place] + rng.choice(marks) * rng.choice([1, 1, 2, 30]) + data[place:]
    return data


def with_lines_in_disorder(data: bytes, _marks: tuple[bytes, ...], rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    for _ in range(rng.randint(1, 10)):
        one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    del lines[rng.randrange(len(lines))]
    return b"\n".join(lines)


def with_a_stretch_twice(data: bytes, _marks: tuple[bytes, ...], rng: random.Random) -> bytes:
    start, end = sorted(rng.randrange(len(data)) for _ in range(2))
    return data[:end] + data[start:end] * rng.randint(1, 3) + data[end:]


def with_other_numbers(data: bytes, _marks: tuple[bytes, ...], rng: random.Random) -> bytes:
    """Fractions, tolerances, groups and marks that mean nothing any more."""
    digits = [place for place, sign in enumerate(data) if 48 <= sign <= 57]
    mutable = bytearray(data)
    for place in rng.sample(digits, min(len(digits), rng.randint(1, 12))):
        mutable[place] = rng.choice(b"0123456789.-,eE*")
    return bytes(mutable)


def bytes_at_random(_data: bytes, marks: tuple[bytes, ...], rng: random.Random) -> bytes:
    pieces = [rng.choice([*marks, rng.randbytes(3), b" ", "ế".encode()]) for _ in range(rng.randint(0, 300))]
    return b"".join(pieces)


BREAKS = [
    truncated,
    with_flipped_bytes,
    with_marks_anywhere,
    with_lines_in_disorder,
    with_a_stretch_twice,
    with_other_numbers,
    bytes_at_random,
]


def read_or_refused(read: Callable[[bytes], ForeignBank], data: bytes) -> ForeignBank | None:
    try:
        return read(data)
    except ImportRefused:
        return None


def check(bank: ForeignBank) -> None:
    """Whatever was taken is a whole item with a key of its own and harmless markup."""
    for item in bank.items:
        for markup in (item.stem, item.rationale):
            assert sanitise(markup) == markup
        if item.fate is Fate.REFUSED:
            assert item.asked is item.key is None
            continue
        assert item.asked is not None
        assert item.key is not None
        assert check_key(item.asked, item.key) == item.key
        check_stem(item.asked, item.stem)
        for part in (*item.asked.options, *item.asked.places):
            assert sanitise(part.content) == part.content


@pytest.mark.parametrize("name", READERS)
def test_the_samples_themselves_are_read(name: str):
    read, data, _marks = READERS[name]
    bank = read(data)
    assert bank.count(Fate.TAKEN) >= 3
    check(bank)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.__name__)
@pytest.mark.parametrize("name", READERS)
def test_a_broken_file_is_read_or_refused(name: str, broken: Callable[..., bytes]):
    read, data, marks = READERS[name]
    for seed in range(PER_KIND):
        damaged = broken(data, marks, random.Random(seed))
        began = time.process_time()
        bank = read_or_refused(read, damaged)
        if bank is not None:
            check(bank)
        assert time.process_time() - began < 2, seed


TOGETHER = "<b>" * 9_000
LONG = {
    "braces": b"{" * 2_000_000,
    "options": b"a{" + b"~" * 2_000_000 + b"}",
    "equals": b"a{" + b"= " * 1_000_000 + b"}",
    "titles": b"::" * 1_000_000 + b"{",
    "escapes": b"\\" * 3_000_000 + b"{T}",
    "comments": b"//[tag:" * 500_000 + b"\n{T}",
    "empty items": b"{}\n\n" * 19_000,
    "full items": b"a{~%1% =}\n\n" * 19_000,
    "tags": f"[html]{TOGETHER}{{T}}".encode(),
    "spaces": b"a" + b" " * 3_000_000 + b"{T}",
    "formulas": b"a" + rb"\\(" * 9_000 + b"{T}",
    "dollars": b"a" + b"$$ " * 9_000 + b"{T}",
    "images": b"[html]" + b"<img src" * 3_000 + b">{T}",
    "attributes": b"[html]<img " + b"a" * 29_000 + b">{T}",
    "percents": b"a{=%" + b"9" * 1_000_000 + b"%b ~c}",
    "numbers": b"a{#" + b"9" * 1_000_000 + b"}",
    "numbers with points": b"a{#" + b"1." * 500_000 + b"}",
    "arrows": b"a{=" + b"->" * 1_000_000 + b"}",
    "answers": b"ANSWER: A\n" * 20_000,
    "letters": b"Q\n" + b"A. a\n" * 500_000 + b"ANSWER: A",
    "one line": b"A. " + b"a" * 5_000_000 + b"\nANSWER: A",
}


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("read", [read_aiken, read_gift], ids=["aiken", "gift"])
def test_a_long_text_without_sense_is_read_soon(name: str, read: Callable[[bytes], ForeignBank]):
    began = time.process_time()
    read_or_refused(read, LONG[name])
    assert time.process_time() - began < 8


@pytest.mark.parametrize(
    "inside",
    [
        "{1:MC:" + "~" * 29_000 + "}",
        "{1:MC:" + "~=a" * 9_000 + "}",
        "{1:SA:=a}" * 3_000,
        "{1:MC:" * 4_000,
        "[[1]]" * 5_000,
        "[tex]" * 5_000,
        "&lt;tex&gt;" * 5_000,
        "&lt;img " * 500_000,
        "&lt;div&gt;" * 3_000,
        "&lt;ul&gt;&lt;li&gt;" * 1_500,
        "&lt;table&gt;" * 3_000,
        "@@PLUGINFILE@@/" * 1_000_000,
        "a" * 9_000_000,
    ],
    ids=lambda inside: inside[:12],
)
def test_a_long_field_without_sense_is_read_soon(inside: str):
    fields = f"<text>{inside}</text>"
    answers = f'<answer fraction="100">{fields}</answer>' + "".join(
        f"<{name}>{fields}</{name}>" for name in ("dragbox", "selectoption")
    )
    questions = "".join(
        f'<question type="{kind}"><questiontext format="html">{fields}</questiontext>{answers}</question>'
        for kind in ("cloze", "gapselect", "ddwtos", "multichoice", "shortanswer", "numerical")
    )
    began = time.process_time()
    bank = read_or_refused(read_moodle_xml, f"<quiz>{questions}</quiz>".encode())
    if bank is not None:
        check(bank)
    assert time.process_time() - began < 10
