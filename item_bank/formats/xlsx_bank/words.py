"""What an author may type for a fixed choice, in Vietnamese or English, and the name that is written."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

from item_bank.formats.bank_words import LEVEL_BY_NAME
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit
from item_bank.similarity import fold
from item_bank.taxonomy import CognitiveLevel

# what looks like a Latin letter on the screen, and is none: Cyrillic, Greek, and other strokes through a D
_LOOK_ALIKE: Final = str.maketrans(
    "АВСЕНІЈКМОРЅТХаесіјорѕхуΑΒΕΗΙΚΜΝΟΡΤΧΥΖÐƉð",
    "ABCEHIJKMOPSTXaecijopsxyABEHIKMNOPTXYZĐĐđ",
)
T = TypeVar("T", bound=StrEnum)

INTERACTION_NAMES: Final[Mapping[Interaction, str]] = {
    Interaction.SINGLE_CHOICE: "Một phương án đúng",
    Interaction.TRUE_FALSE: "Đúng/Sai",
    Interaction.MULTIPLE_RESPONSE: "Nhiều phương án đúng",
    Interaction.STATEMENTS: "Đúng/Sai từng ý",
    Interaction.NUMERIC: "Điền số",
    Interaction.SHORT_TEXT: "Trả lời ngắn",
    Interaction.ORDER: "Sắp thứ tự",
    Interaction.MATCH: "Ghép đôi",
    Interaction.INLINE_CHOICE: "Chọn từ trong câu",
    Interaction.GAP_MATCH: "Điền từ cho sẵn",
    Interaction.HOTSPOT: "Chọn vùng trên hình",
    Interaction.HOTTEXT: "Chọn đoạn trong văn bản",
    Interaction.ESSAY: "Tự luận",
    Interaction.PRACTICAL: "Thực hành",
}
_INTERACTION_SYNONYMS: Final[Mapping[Interaction, tuple[str, ...]]] = {
    Interaction.SINGLE_CHOICE: (
        *("trac nghiem", "trac nghiem mot dap an", "trac nghiem 1 dap an", "mot dap an", "1 dap an"),
        *("mot lua chon", "mot dap an dung", "chon mot", "tn", "multiple choice", "mcq", "single"),
    ),
    Interaction.TRUE_FALSE: ("dung hoac sai", "d s", "ds", "truefalse"),
    Interaction.MULTIPLE_RESPONSE: (
        *("trac nghiem nhieu dap an", "nhieu dap an", "nhieu lua chon", "nhieu dap an dung", "chon nhieu"),
        *("multiple answer", "multiple answers", "multiple select", "checkbox"),
    ),
    Interaction.STATEMENTS: (
        *("dung sai nhieu y", "dung sai 4 y", "dung sai tung menh de", "dung sai bon y"),
        *("trac nghiem dung sai", "true false statements"),
    ),
    Interaction.NUMERIC: ("so", "dien dap so", "number", "numerical"),
    Interaction.SHORT_TEXT: ("dien khuyet", "dien tu", "tra loi ngan gon", "short answer", "fill in", "text"),
    Interaction.ORDER: ("sap xep", "sap xep thu tu", "thu tu", "ordering", "sequence"),
    Interaction.MATCH: ("ghep noi", "noi", "ghep cot", "noi cot", "matching"),
    Interaction.INLINE_CHOICE: ("chon tu", "dropdown"),
    Interaction.GAP_MATCH: ("keo tha", "keo tu", "drag and drop"),
    Interaction.HOTSPOT: ("chon vung", "hot spot"),
    Interaction.HOTTEXT: ("chon doan", "hot text"),
    Interaction.ESSAY: ("bai luan", "extended text", "open", "open ended", "paragraph"),
    Interaction.PRACTICAL: ("bai thuc hanh",),
}
CREDIT_NAMES: Final[Mapping[Credit, str]] = {
    Credit.WHOLE: "Đúng cả câu",
    Credit.PARTS: "Từng phần",
    Credit.STATEMENTS: "Bậc 0,1 – 0,25 – 0,5 – 1",
    Credit.WEIGHTS: "Theo trọng số",
}
_CREDIT_SYNONYMS: Final[Mapping[Credit, tuple[str, ...]]] = {
    Credit.WHOLE: ("ca cau", "tron diem"),
    Credit.PARTS: ("tung y", "theo phan"),
    Credit.STATEMENTS: ("bac thang", "theo bac"),
    Credit.WEIGHTS: ("trong so",),
}
TRUE_WORDS: Final = frozenset({"dung", "d", "true", "t", "yes", "co"})
FALSE_WORDS: Final = frozenset({"sai", "s", "false", "f", "no", "khong"})


def upright(text: str) -> str:
    """Full-width and look-alike letters as the Latin ones that they are read as."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_LOOK_ALIKE)


def truth(word: str) -> bool | None:
    """Whether a word says true or false; None where it says neither."""
    folded = fold(upright(word))
    return True if folded in TRUE_WORDS else False if folded in FALSE_WORDS else None


def _by_name(names: Mapping[T, str], synonyms: Mapping[T, tuple[str, ...]]) -> dict[str, T]:
    known = {fold(name): member for member, name in names.items()}
    known |= {fold(member.value): member for member in names}
    return known | {name: member for member, others in synonyms.items() for name in others}


_INTERACTIONS: Final = _by_name(INTERACTION_NAMES, _INTERACTION_SYNONYMS)
_CREDITS: Final = _by_name(CREDIT_NAMES, _CREDIT_SYNONYMS)


def named_interaction(text: str) -> Interaction | None:
    return _INTERACTIONS.get(fold(upright(text)))


def named_credit(text: str) -> Credit | None:
    return _CREDITS.get(fold(upright(text)))


def named_level(text: str) -> CognitiveLevel | None:
    return LEVEL_BY_NAME.get(fold(upright(text)))
