"""Hundreds of workbooks broken at random: each is read, reported or refused, never anything else."""

from __future__ import annotations

import io
import os
import random
import time
import zipfile
from dataclasses import replace

import pytest

from item_bank.errors import ImportRefused
from item_bank.formats.foreign import Fate, ForeignBank
from item_bank.formats.xlsx_bank.read import read_workbook
from item_bank.formats.xlsx_bank.write import write_workbook
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import check_key
from tests.property.damage import broken_directory, broken_part, flipped, packed
from tests.unit.item_bank.test_item_bank_xlsx_written import filled

PER_KIND = int(os.environ.get("MALFORMED_PER_KIND", "40"))
SHEET = "xl/worksheets/sheet1.xml"


def _parts() -> dict[str, bytes]:
    """Without the part that holds the time of writing: the same bytes, and the same faults, every time."""
    bank = read_workbook(filled())
    items = tuple(replace(item, facts=replace(item.facts, judged_share=0.5)) for item in bank.items)
    written, lost = write_workbook(ForeignBank(items))
    assert lost == ()
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
        ("<t>T01</t>", "<t>&x;</t>"),
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


def with_other_words(rng: random.Random) -> bytes:
    """Well-formed, but each cell may say something that belongs elsewhere."""
    texts = PARTS[SHEET].decode().split("<t")
    for _ in range(rng.randint(1, 12)):
        one, other = rng.randrange(1, len(texts)), rng.randrange(1, len(texts))
        texts[one], texts[other] = texts[other], texts[one]
    return packed(PARTS | {SHEET: "<t".join(texts).encode()})


FILE_CODES = {
    *("NOT_AN_XLSX", "OLD_XLS", "ENCRYPTED", "UNSAFE_ENTRY", "TOO_LARGE", "DAMAGED_FILE", "DTD_IN_FILE"),
    *("MISSING_SHEET", "EMPTY_SHEET", "NO_ROWS", "MISSING_HEADER", "DUPLICATE_HEADER", "MERGED_CELLS"),
}
KINDS = [
    truncated,
    with_flipped_bytes,
    with_a_broken_directory,
    with_flipped_xml,
    with_a_part_missing_or_swapped,
    with_strange_xml,
    with_other_words,
    of_noise,
    cut_and_joined,
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_workbook_is_read_item_by_item_or_refused_whole(kind):
    rng = random.Random(kind.__name__)
    codes: set[str] = set()
    refused = 0
    for _ in range(PER_KIND):
        data = kind(rng)
        started = time.process_time()
        try:
            bank = read_workbook(data)
        except ImportRefused as refusal:
            codes.add(refusal.code)
        else:
            assert bank.items
            for item in bank.items:
                assert (item.asked is None) == (item.key is None) == (item.fate is Fate.REFUSED)
                assert item.asked is None or check_key(item.asked, item.key) == item.key
                refused += item.fate is Fate.REFUSED
        assert time.process_time() - started < 5
    assert codes <= FILE_CODES
    assert codes or refused


def test_the_whole_workbook_is_taken():
    items = read_workbook(WHOLE).items
    assert [item.asked.interaction for item in items] == list(Interaction)
    assert {item.refused for item in items} == {None}
