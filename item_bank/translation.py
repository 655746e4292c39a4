"""A wording in a second language: the same parts under the same ids, marked by the same key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from item_bank.errors import InvalidItem
from item_bank.interactions.asked import Asked, check_stem
from item_bank.stem import plain_text


@dataclass(frozen=True, slots=True)
class Translation:
    """All texts are sanitised HTML; `options` and `places` by id, empty of a place that has no words."""

    stem: str
    options: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    rationale: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", MappingProxyType(dict(self.options)))
        object.__setattr__(self, "places", MappingProxyType(dict(self.places)))


def check_translation(asked: Asked, translation: Translation) -> None:
    """A candidate who reads it is asked for the same: nothing is left out and nothing added.

    Raises InvalidItem: TRANSLATION_INCOMPLETE, TRANSLATION_OF_NO_PART, and what `check_stem` says.
    """
    if not plain_text(translation.stem):
        raise InvalidItem("TRANSLATION_INCOMPLETE", part="stem")
    for given, parts in ((translation.options, asked.options), (translation.places, asked.places)):
        worded = {part.id for part in parts if plain_text(part.content)}
        for id_ in worded:
            if not plain_text(given.get(id_, "")):
                raise InvalidItem("TRANSLATION_INCOMPLETE", part=id_)
        for id_ in given.keys() - {part.id for part in parts}:
            raise InvalidItem("TRANSLATION_OF_NO_PART", value=id_)
    check_stem(asked, translation.stem)
