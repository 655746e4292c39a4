"""Word files broken at random or made to harm: each is read or refused, soon, and never anything else."""

from __future__ import annotations

import io
import os
import random
import time
import zipfile
from collections.abc import Callable, Mapping

import pytest

from item_bank.formats.docx import read_docx, write_docx
from item_bank.formats.foreign import Fate, ForeignBank
from tests.property.damage import broken_directory, broken_part, flipped, packed
from tests.property.test_item_bank_malformed_moodle import check, read_or_refused
from tests.unit.item_bank.docx_factory import level as list_level
from tests.unit.item_bank.docx_factory import numbered, parts, run, table, typed
from tests.unit.item_bank.docx_factory import numbering as lists
from tests.unit.item_bank.pictures import png

PER_KIND = int(os.environ.get("MALFORMED_PER_KIND", "60"))
PAPER = typed(
    "PHẦN I. Câu trắc nghiệm\nCâu 1: (NB) Thời hạn?\nA. 5\tB. "
    "__10__\tC. 15\tD. 20\nMã: T01-1\nCăn cứ: Điều 5\n"
    "Câu 2: Ai?↵A. x↵B. **y**\nGiải thích: Vì thế.\nPHẦN II. Đúng "
    "sai\nCâu 1: Xét:\na) một\nb) hai\nc) ba\nd) bốn\n"
    "Đáp án: Đ S S Đ\nPHẦN III\nCâu 1: Số?\nCâu 2: Ghép.\n1. một\n2. "
    "hai\nA. x\nB. y\nDạng: Ghép đôi\nĐáp án: 1-B, 2-A\n"
)
LISTS = lists({1: list_level(0, "bullet", "•")}, {1: (1, "")})
WHOLE = parts(
    PAPER + numbered("một", 1) + table([["A. một", "B. hai"]]) + typed("HẾT\nBẢNG ĐÁP ÁN\nPhần III\n1. 12,5"),
    {"numbering.xml": LISTS, "p.png": png()},
)


def in_disorder(rng: random.Random) -> bytes:
    """Paragraphs in another order, some gone and some twice."""
    pieces = WHOLE["word/document.xml"].split(b"<w:p>")
    head, *blocks = pieces
    rng.shuffle(blocks)
    blocks = blocks[rng.randrange(3) :] + blocks[: rng.randrange(6)]
    return packed({**WHOLE, "word/document.xml": b"<w:p>".join([head, *blocks])})


def with_other_tags(rng: random.Random) -> bytes:
    """Elements under the names of others."""
    names = [
        b"w:p",
        b"w:r",
        b"w:t",
        b"w:tbl",
        b"w:tr",
        b"w:tc",
        b"w:br",
        b"w:tab",
        b"m:oMath",
        b"w:sdt",
        b"w:drawing",
    ]
    content = WHOLE["word/document.xml"]
    for _ in range(rng.randint(1, 3)):
        one, other = rng.sample(names, 2)
        for opening in (b"<", b"</"):
            content = content.replace(opening + one + b">", opening + other + b">")
    return packed({**WHOLE, "word/document.xml": content})


BREAKS: dict[str, Callable[[random.Random], bytes]] = {
    "flipped": lambda rng: flipped(packed(WHOLE), rng, 12),
    "directory": lambda rng: broken_directory(packed(WHOLE), rng),
    "part": lambda rng: broken_part(WHOLE, rng, 6),
    "truncated": lambda rng: packed(WHOLE)[: rng.randrange(len(packed(WHOLE)))],
    "disorder": in_disorder,
    "other tags": with_other_tags,
}


def test_the_sample_itself_is_read():
    bank = read_docx(packed(WHOLE))
    assert bank.count(Fate.TAKEN) >= 4
    check(bank)


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_file_is_read_or_refused(name: str):
    for seed in range(PER_KIND):
        damaged = BREAKS[name](random.Random(seed))
        began = time.process_time()
        bank = read_or_refused(read_docx, damaged)
        if bank is not None:
            check(bank)
            again = read_or_refused(read_docx, write_docx(bank))
            assert again is None or again.count(Fate.REFUSED) == 0, seed
        assert time.process_time() - began < 3, seed


def _text(text: str) -> str:
    return f"<w:p>{run('Câu 1: ')}{run(text)}</w:p>"


def _deep(name: str, depth: int, inside: str = "") -> str:
    return f"<{name}>" * depth + inside + f"</{name}>" * depth


def _nested(opening: str, closing: str, depth: int) -> str:
    return opening * depth + "<w:p/>" + closing * depth


BOX = "<w:p><w:r><w:pict><w:txbxContent>"
CELL = f"<w:tc>{typed('A. x')}</w:tc>"
QUESTION = typed("Câu 1: Ai?")
HOSTILE: dict[str, Callable[[], str]] = {
    "one long text": lambda: _text("a" * 8_000_000),
    "spaces": lambda: _text(" " * 8_000_000 + "."),
    "letters": lambda: QUESTION + typed("A. x\tB. y " * 60_000),
    "letters in turn": lambda: QUESTION + typed(" ".join(f"{chr(65 + n % 26)}. x" for n in range(200_000))),
    "breaks": lambda: _text("A. ↵" * 60_000),
    "colons": lambda: QUESTION + typed("Mã:" * 500_000),
    "brackets": lambda: _text("((((((" * 300_000),
    "keys": lambda: QUESTION + typed("BẢNG ĐÁP ÁN\n" + "1.A" * 500_000),
    "truths": lambda: QUESTION + typed("BẢNG ĐÁP ÁN\n1. " + "Đ S " * 300_000),
    "statements": lambda: QUESTION + typed("a) x\nb) y\nĐáp án: " + "a-Đ " * 100_000),
    "pairs": lambda: QUESTION + typed("Dạng: Ghép đôi\n1. x\nA. y\nĐáp án: " + "1-A " * 100_000),
    "rights": lambda: QUESTION + typed("A. " + "(đúng)" * 100_000),
    "dashes": lambda: QUESTION + typed("-" * 3_000_000 + "HẾT"),
    "runs": lambda: "<w:p>" + "<w:r><w:t>a</w:t></w:r>" * 45_000 + "</w:p>",
    "looks": lambda: _text("") + "<w:p>" + "<w:r><w:rPr><w:b/></w:rPr><w:t>a</w:t>"
        "</w:r><w:r><w:t>b</w:t></w:r>" * 15_000 + "</w:p>",
    "empty paragraphs": lambda: "<w:p/>" * 110_000,
    "too many paragraphs": lambda: "<w:p/>" * 800_000,
    "questions": lambda: typed("Câu 1: a\n") * 19_000,
    "groups": lambda: typed("I. a\nCâu 1: a\n") * 9_000,
    "headings": lambda: (typed("Câu 1: a\nLời giải\n")) * 9_000,
    "keys headings": lambda: (typed("Câu 1: a\nĐÁP ÁN\n")) * 9_000,
    "deep smart tags": lambda: f"<w:p>{_deep('w:smartTag', 200, run('a'))}</w:p>",
    "deep content controls": lambda: _deep("w:sdt", 120, _deep("w:sdtContent", 120, _text("a"))),
    "tables in tables": lambda: QUESTION + _nested("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>", 60),
    "deep boxes": lambda: QUESTION + _nested(BOX, "</w:txbxContent></w:pict></w:r></w:p>", 50),
    "wide table": lambda: QUESTION + "<w:tbl><w:tr>" + "<w:tc><w:p/></w:tc>" * 20_000 + "</w:tr></w:tbl>",
    "a table of options": lambda: f"{QUESTION}<w:tbl><w:tr>{CELL * 8_000}</w:tr></w:tbl>",
    "deep equation": lambda: f"<w:p><m:oMath>{_deep('m:e', 200, '<m:r><m:t>x</m:t></m:r>')}</m:oMath></w:p>",
    "many equations": lambda: _text("a") + "<w:p>" + "<m:oMath><m:r><m:t>x</m:t>"
        "</m:r></m:oMath>" * 25_000 + "</w:p>",
    "pictures": lambda: "<w:p>" + '<w:r><w:drawing><a:blip '
        'r:embed="p.png"/></w:drawing></w:r>' * 40_000 + "</w:p>",
    "levels": lambda: QUESTION + "".join(numbered("x", 1, n % 9) for n in range(20_000)),
}  # fmt: skip


def stored(parts_: Mapping[str, bytes]) -> bytes:
    """Not compressed: what repeats itself would be refused before it is read."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, one in parts_.items():
            archive.writestr(name, one)
    return target.getvalue()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_made_to_harm_is_read_or_refused_soon(name: str):
    data = stored(parts(HOSTILE[name](), {"numbering.xml": LISTS, "p.png": png()}))
    began = time.process_time()
    bank: ForeignBank | None = read_or_refused(read_docx, data)
    assert time.process_time() - began < 8
    if bank is not None:
        check(bank)


def bomb(parts_: Mapping[str, bytes], part: str, content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, one in {**parts_, part: content}.items():
            archive.writestr(name, one)
    return target.getvalue()


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("word/styles.xml", b"<x>" * 1_000_000),
        ("word/numbering.xml", b"<x/>" * 1_000_000),
        ("word/document.xml", b"<x>" + b"<y/>" * 10_000_000),
        ("word/_rels/document.xml.rels", b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>"),
        ("word/document.xml", b"\xff\xfe<\0x\0"),
        ("_rels/.rels", b""),
    ],
)
def test_a_part_made_to_harm_is_refused(part: str, content: bytes):
    began = time.process_time()
    assert read_or_refused(read_docx, bomb(WHOLE, part, content)) is None
    assert time.process_time() - began < 5
