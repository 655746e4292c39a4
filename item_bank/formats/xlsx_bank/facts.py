"""What a row says of its item beside the wording: our own workbook must say it, others need not."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Final

from item_bank.formats.bank_words import POOL_BY_NAME, UNSURE_LEVELS
from item_bank.formats.foreign import BankFacts
from item_bank.formats.xlsx_bank.headers import FACTS, Header
from item_bank.formats.xlsx_bank.line import Line
from item_bank.formats.xlsx_bank.notation import NONE
from item_bank.formats.xlsx_bank.words import named_level, upright
from item_bank.item import is_item_code
from item_bank.pool import Pool
from item_bank.similarity import fold
from item_bank.stem import plain_line
from item_bank.taxonomy import CognitiveLevel, is_topic_code

_SHARE: Final = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,20})?)\s*(%?)")
_BETWEEN_ENEMIES: Final = re.compile(r"[,;\n]")


def read_facts(line: Line) -> BankFacts:
    """Empty where the file does not say: no column for it, or "-" in its cell."""
    if line.layout.is_own:
        for header in FACTS:
            if not line.is_given(header):
                line.fail(header, "MISSING_CELL")
    code = _code(line)
    return BankFacts(
        code=code,
        topic=_topic(line),
        cognitive_level=_level(line),
        legal_basis=plain_line(_said(line, Header.BASIS)),
        judged_share=_share(line),
        pool=_pool(line),
        enemies=_enemies(line, code),
    )


def _said(line: Line, header: Header) -> str:
    typed = line.text(header)
    return "" if typed == NONE else typed


def _code(line: Line) -> str | None:
    code = upright(plain_line(_said(line, Header.CODE)))
    if code and not is_item_code(code):
        line.fail(Header.CODE, "INVALID_CODE", value=code)
        return None
    return code or None


def _topic(line: Line) -> str | None:
    typed = plain_line(_said(line, Header.TOPIC))
    topic = upright(typed).upper()
    if topic and not is_topic_code(topic):
        if line.layout.is_own:
            line.fail(Header.TOPIC, "UNKNOWN_TOPIC", value=typed)
        else:
            line.note(Header.TOPIC, "UNKNOWN_TOPIC", value=typed)
        return None
    return topic or None


def _level(line: Line) -> CognitiveLevel | None:
    typed = _said(line, Header.LEVEL)
    level = named_level(typed)
    if level is not None or not typed:
        return level
    if fold(upright(typed)) in UNSURE_LEVELS:
        line.note(Header.LEVEL, "LEVEL_UNSURE", value=typed)
    elif line.layout.is_own:
        line.fail(Header.LEVEL, "UNKNOWN_LEVEL", value=typed)
    else:
        line.note(Header.LEVEL, "UNKNOWN_LEVEL", value=typed)
    return None


def _share(line: Line) -> float | None:
    typed = line.text(Header.SHARE)
    if not typed:
        return None
    share = _stored_share(typed[1:]) if typed.startswith("=") else _typed_share(upright(typed))
    # 65 without % may be a percentage or a slip: asked, not guessed
    if not share.is_finite() or not 0 <= share <= 1:
        line.fail(Header.SHARE, "INVALID_SHARE", value=typed.removeprefix("=")[:40])
        return None
    return float(f"{float(share):.15f}")


def _stored_share(stored: str) -> Decimal:
    try:
        return Decimal(stored)
    except InvalidOperation:
        return Decimal(-1)


def _typed_share(typed: str) -> Decimal:
    match = _SHARE.fullmatch(plain_line(typed))
    if match is None:
        return Decimal(-1)
    share = Decimal(match.group(1).replace(",", "."))
    return share / 100 if match.group(2) else share


def _pool(line: Line) -> Pool | None:
    typed = line.text(Header.POOL)
    pool = POOL_BY_NAME.get(fold(upright(typed))) if typed else None
    if typed and pool is None:
        line.fail(Header.POOL, "UNKNOWN_POOL", value=typed)
    return pool


def _enemies(line: Line, code: str | None) -> tuple[str, ...]:
    typed = map(plain_line, _BETWEEN_ENEMIES.split(line.text(Header.ENEMIES)))
    codes = [upright(one) for one in typed if one]
    for one in codes:
        if not is_item_code(one):
            line.fail(Header.ENEMIES, "INVALID_ENEMY", value=one[:40])
        elif code is not None and one.casefold() == code.casefold():
            line.fail(Header.ENEMIES, "SELF_ENEMY", value=one)
    return tuple(dict.fromkeys(codes))
