"""An item of another system's file on its way in: what is known of it so far, and what was lost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

from item_bank.errors import ImportRefused, InvalidItem, ItemBankError
from item_bank.formats.foreign import BankFacts, ForeignItem, Remark
from item_bank.formats.losses import Losses
from item_bank.interactions.asked import Asked, check_stem
from item_bank.interactions.marking import Key, check_key
from item_bank.stem import plain_text
from item_bank.stimulus import Stimulus

MAX_TEXT: Final = 30_000  # characters of one text


@dataclass(slots=True)
class Draft:
    """Filled by a reader step by step; ends as a `ForeignItem`, taken, degraded or refused."""

    where: str
    line: int | None = None
    stem: str = ""
    rationale: str = ""
    max_mark: float = 1.0
    language: str | None = None
    category: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    facts: BankFacts = field(default_factory=BankFacts)
    stimulus: Stimulus | None = None
    losses: Losses = field(default_factory=Losses)

    def lose(self, code: str, **params: Any) -> None:
        """Note a loss, each once."""
        self.losses.add(code, line=self.line, **params)

    def item(self, asked: Asked, key: Key) -> ForeignItem:
        """The whole item; raises InvalidItem where its parts do not make one."""
        if not plain_text(self.stem):
            raise InvalidItem("EMPTY_STEM")
        contents = [(option.id, option.content) for option in asked.options]
        if not asked.kind.in_stem:
            contents += [(place.id, place.content) for place in asked.places]
        for id_, content in contents:
            if not plain_text(content):
                unseen = self.losses.why_empty()
                return self.refused_for(unseen or Remark("EMPTY_PART", {"value": id_}, self.line))
        _refuse_equal(asked)
        key = check_key(asked, key)
        check_stem(asked, self.stem)
        return replace(self._bare(), asked=asked, key=key)

    def refused(self, refusal: ItemBankError) -> ForeignItem:
        return self.refused_for(Remark(refusal.code, refusal.params, self.line))

    def refused_for(self, remark: Remark) -> ForeignItem:
        return replace(self._bare(), refused=remark)

    def _bare(self) -> ForeignItem:
        return ForeignItem(
            where=self.where,
            stem=self.stem,
            rationale=self.rationale,
            max_mark=self.max_mark,
            language=self.language,
            category=self.category,
            tags=self.tags,
            facts=self.facts,
            stimulus=self.stimulus,
            lost=self.losses.all(),
        )


def _refuse_equal(asked: Asked) -> None:
    """Of two options that read alike nobody could tell which one the key means."""
    seen: dict[tuple[str | None, str], str] = {}
    for option in asked.options:
        first = seen.setdefault((option.place, option.content), option.id)
        if first != option.id:
            raise InvalidItem("EQUAL_OPTIONS", first=first, second=option.id)


def decoded(data: bytes, kind: str, limit: int) -> str:
    """A text file's characters, with one kind of line end.

    Raises ImportRefused: TOO_LARGE, NOT_UTF8, and `kind` where there are bytes that no text has.
    """
    if len(data) > limit:
        raise ImportRefused("TOO_LARGE", limit_mb=limit // 1024**2)
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportRefused("NOT_UTF8", at=error.start) from error
    if "\0" in text:
        raise ImportRefused(kind)
    return text.replace("\r\n", "\n").replace("\r", "\n")
