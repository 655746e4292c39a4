"""Hundreds of workbooks broken at random: each is read, reported or refused, never anything else."""

from __future__ import annotations

import io
import os
import random
import time
import zipfile

import pytest

from item_bank.errors import ImportRefused
from item_bank.formats.xlsx import read_items, write_items
from item_bank.interactions.asked import single_choice
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.taxonomy import CognitiveLevel
from tests.property.damage import broken_directory, broken_part, flipped, packed

PER_KIND = int(os.environ.get("MALFORMED_PER_KIND", "40"))
SHEET = "xl/worksheets/sheet1.xml"


def _bank() -> list[ItemVersion]:
    return [
        ItemVersion(
            code=f"T01-{number:03}",
            version=1,
            topic="T01",
            cognitive_level=CognitiveLevel.RECALL,
            stem=f"Mã số {number * 7919} thuộc nhóm hàng hóa nào?",
            asked=single_choice(*(f"Nhóm {letter}{number}" for letter in "ABCD")),
            legal_basis="Luật Hải quan 2014",
            rationale="",
            author="an",
            judged_share=0.5,
        )
        for number in range(8)
    ]


def _parts() -> dict[str, bytes]:
    """Without the part that holds the time of writing: the same bytes, and the same faults, every time."""
    written = write_items(_bank(), {item.code: Key(1, ("C",)) for item in _bank()})
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "docProps/core.xml"}


PARTS = _parts()
WHOLE = packed(PARTS)


def truncated(rng: random.Random) -> bytes:
    return WHOLE[: rng.randrange(len(WHOLE))]


def with_flipped_bytes(rng: random.Random) -> bytes:
    return flipped(WHOLE, rng, 40)


def with_a_broken_directory(rng: random.Random) -> bytes:
    return broken_directory(WHOLE, rng)


def with_flipped_xml(rng: random.Random) -> bytes:
    return broken_part(PARTS, rng, 8)


def with_a_part_missing_or_swapped(rng: random.Random) -> bytes:
    parts = dict(PARTS)
    name, other = rng.sample(sorted(parts), 2)
    if rng.random() < 0.5:
        del parts[name]
    else:
        parts[name] = parts[other]
    return packed(parts)


def with_strange_xml(rng: random.Random) -> bytes:
    """Well-formed mostly, but with values no program writes."""
    sheet = PARTS[SHEET].decode()
    references = ["-1", "0", "A", "99999999999", "é", "A1:B2", "XFE1"]
    kinds = ["s", "n", "b", "e", "d", "str", "x", ""]
    texts = ["<is><t>" + "x" * 100_000, "<is><is><t>", "<v>1</v><is><t>", "<f>1</f><is><t>"]
    starts = ["<sheetData><c/>", "<sheetData><row><row/></row>", "<v>9</v><sheetData>"]
    numbers = ["1e999", "nan", "-0", "1e-999999999", "٣", "0x1", "9" * 5_000]
    changes = [
        (' r="', f' r="{rng.choice(references)}'),
        ('t="inlineStr"', f't="{rng.choice(kinds)}"'),
        ("<is><t>", rng.choice(texts)),
        ("<sheetData>", rng.choice(starts)),
        ("<worksheet", '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hosts">]><worksheet'),
        ("<t>C</t>", "<t>&x;</t>"),
        ("<v>0.5</v>", f"<v>{rng.choice(numbers)}</v>"),
    ]
    for old, new in rng.sample(changes, rng.randint(1, 3)):
        sheet = sheet.replace(old, new, rng.choice([1, 3, -1]))
    return packed(PARTS | {SHEET: sheet.encode(rng.choice(["utf-8", "utf-8", "utf-16", "utf-8-sig"]))})


def of_noise(rng: random.Random) -> bytes:
    start = rng.choice(
        [b"", b"PK\x03\x04", b"PK\x05\x06", bytes.fromhex("d0cf11e0a1b11ae1"), b"\xef\xbb\xbf"]
    )
    return start + rng.randbytes(rng.randrange(5_000))


def cut_and_joined(rng: random.Random) -> bytes:
    at = rng.randrange(len(WHOLE))
    return WHOLE[:at] + rng.randbytes(rng.randrange(200)) + WHOLE[rng.randrange(len(WHOLE)) :]


FILE_CODES = {
    "NOT_AN_XLSX",
    "OLD_XLS",
    "ENCRYPTED",
    "UNSAFE_ENTRY",
    "TOO_LARGE",
    "DAMAGED_FILE",
    "DTD_IN_FILE",
    "MISSING_SHEET",
}
KINDS = [
    truncated,
    with_flipped_bytes,
    with_a_broken_directory,
    with_flipped_xml,
    with_a_part_missing_or_swapped,
    with_strange_xml,
    of_noise,
    cut_and_joined,
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_workbook_is_taken_whole_reported_or_refused(kind):
    rng = random.Random(kind.__name__)
    outcomes: set[str] = set()
    codes: set[str] = set()
    for _ in range(PER_KIND):
        data = kind(rng)
        started = time.process_time()
        try:
            report = read_items(data, known_topics={"T01"}, author="an")
        except ImportRefused as refusal:
            codes.add(refusal.code)
            outcomes.add("refused")
        else:
            outcomes.add("taken" if report.ok else "reported")
            assert report.ok or (report.rows == () and report.errors)
            assert all(row.key.option_id in row.item.option_ids for row in report.rows)
        assert time.process_time() - started < 5
    assert outcomes & {"refused", "reported"}
    assert codes <= FILE_CODES


def test_the_whole_workbook_is_taken():
    report = read_items(WHOLE, known_topics={"T01"}, author="an")
    assert [row.item for row in report.rows] == _bank()
