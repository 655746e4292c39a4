"""What an item is: an immutable wording; its key (see `interactions.marking`) has versions of its own."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from item_bank.errors import InvalidItem, InvalidTopicCode
from item_bank.interactions.asked import Asked, Option, Place, check_stem
from item_bank.interactions.kinds import Interaction
from item_bank.legal_basis import cited_numbers
from item_bank.pool import Pool
from item_bank.stem import nfc, plain_text
from item_bank.stimulus import Stimulus
from item_bank.taxonomy import CognitiveLevel, validate_topic_code
from item_bank.translation import Translation, check_translation

_ITEM_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")

_DIGIT = re.compile(r"\d")


def is_item_code(code: str) -> bool:
    return _ITEM_CODE.fullmatch(code) is not None


@dataclass(frozen=True, slots=True)
class ItemVersion:
    """A frozen wording: any change makes a new version.

    `stem`, `rationale` and the contents of what is asked are sanitised HTML (see `item_bank.stem`);
    `legal_basis` is plain text. `judged_share` is the author's estimate of the share of competent officers
    who answer right; of an item with partial credit, of the mark that they earn on average. The topic and the
    pool belong to the item: all its versions share them.
    """

    code: str
    version: int
    topic: str
    cognitive_level: CognitiveLevel
    stem: str
    asked: Asked
    legal_basis: str
    rationale: str
    author: str
    judged_share: float | None = None
    pool: Pool = Pool.OPERATIONAL
    stimulus: Stimulus | None = None
    english: Translation | None = None

    def __post_init__(self) -> None:
        if not is_item_code(self.code):
            raise InvalidItem("INVALID_CODE", field="code", item=self.code)
        if self.version < 1:
            raise InvalidItem("INVALID_VERSION", item=self.code, version=self.version)
        try:
            validate_topic_code(self.topic)
        except InvalidTopicCode as refusal:
            raise InvalidItem(refusal.code, item=self.code, **refusal.params) from refusal
        if not self.stem.strip():
            raise InvalidItem("EMPTY_STEM", item=self.code)
        check_stem(self.asked, self.stem)
        if self.english is not None:
            check_translation(self.asked, self.english)
        if self.judged_share is not None and not 0.0 <= self.judged_share <= 1.0:
            raise InvalidItem("SHARE_OUT_OF_RANGE", item=self.code, share=self.judged_share)

    @property
    def interaction(self) -> Interaction:
        return self.asked.interaction

    @property
    def options(self) -> tuple[Option, ...]:
        return self.asked.options

    @property
    def option_ids(self) -> tuple[str, ...]:
        return self.asked.option_ids

    @property
    def wording_hash(self) -> str:
        """SHA-256 of what a candidate reads and may do, in both languages, and nothing else.

        The key stays outside, so that a corrected key leaves the wording's identity alone. What an item does
        not have is left out: the identity of a choice is what it was before there were other interactions.
        """
        wording: dict[str, Any] = {
            "interaction": self.interaction.value,
            "stem": nfc(self.stem),
            "options": [_option(option) for option in self.options],
        }
        if self.asked.places:
            wording["places"] = [_place(place) for place in self.asked.places]
        if self.asked.at_most is not None:
            wording["at_most"] = self.asked.at_most
        if self.stimulus is not None:
            wording["stimulus"] = self.stimulus.content_hash
        if self.english is not None:
            texts = (self.english.options, self.english.places)
            wording["english"] = [
                nfc(self.english.stem),
                *({id_: nfc(text) for id_, text in part.items()} for part in texts),
            ]
        canonical = json.dumps(wording, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode("utf-8")).hexdigest()

    @property
    def texts(self) -> dict[str, str]:
        """Every text with markup, by the part of the item that it is."""
        texts = {"stem": self.stem, "rationale": self.rationale}
        texts |= {f"option_{option.id.lower()}": option.content for option in self.options}
        texts |= {f"place_{place.id.lower()}": place.content for place in self.asked.places}
        if self.stimulus is not None:
            texts["stimulus"] = self.stimulus.content
            if self.stimulus.english:
                texts["english_stimulus"] = self.stimulus.english
        if self.english is not None:
            texts["english_stem"] = self.english.stem
            texts["english_rationale"] = self.english.rationale
            texts |= {f"english_option_{id_.lower()}": text for id_, text in self.english.options.items()}
            texts |= {f"english_place_{id_.lower()}": text for id_, text in self.english.places.items()}
        return texts

    @property
    def named_acts(self) -> tuple[str, ...]:
        """The numbers of the acts that it names: in its legal basis first, then anywhere in its texts."""
        read = [self.legal_basis, *(plain_text(text) for text in self.texts.values() if _DIGIT.search(text))]
        return tuple(dict.fromkeys(number for text in read for number in cited_numbers(text)))


def _option(option: Option) -> list[Any]:
    limits = [] if option.place is None and option.at_most == 1 else [option.place, option.at_most]
    return [option.id, nfc(option.content), *limits]


def _place(place: Place) -> list[Any]:
    area = None if place.area is None else [place.area.shape, list(place.area.coords)]
    return [place.id, nfc(place.content), area, place.at_most]
