"""What an author typed, and the item version that it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from item_bank.errors import InvalidItem
from item_bank.interactions.asked import Asked, Option, Place, marks_in, single_choice
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.labels import Parts, relabelled
from item_bank.media import is_lost, names_picture, references
from item_bank.pool import Pool
from item_bank.quality import equal_options
from item_bank.rendering import places_shown
from item_bank.stem import from_authored, plain_line, plain_text
from item_bank.stimulus import Stimulus
from item_bank.taxonomy import CognitiveLevel
from item_bank.translation import Translation

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wording:
    """An item as its author typed it: every text as it was typed, in `asked` and `english` too."""

    code: str
    topic: str
    level: str
    stem: str
    asked: Asked
    key: Key
    legal_basis: str
    rationale: str = ""
    judged_share: float | None = None
    enemies: tuple[str, ...] = ()
    pool: str = Pool.OPERATIONAL.value
    stimulus: Stimulus | None = None
    english: Translation | None = None


def four_options(options: Texts, key: str) -> tuple[Asked, Key]:
    """A single choice of four, by option id."""
    return single_choice(*(options.get(id_, "") for id_ in "ABCD")), Key(1, (key,))


def compose(wording: Wording, author: str, version: int = 1) -> tuple[ItemVersion, Key]:
    """The item version and its key as typed; raises InvalidItem, with the `field` that is wrong where one is.

    Its options and places have the bank's own ids, which say nothing (`item_bank.labels`).
    """
    if wording.level not in set(CognitiveLevel):
        raise InvalidItem("UNKNOWN_LEVEL", field="level", value=wording.level)
    if wording.pool not in set(Pool):
        raise InvalidItem("UNKNOWN_POOL", field="pool", value=wording.pool)
    parts = relabelled(
        Parts(
            from_authored(wording.stem),
            _with_texts(wording.asked, from_authored),
            wording.key,
            None if wording.english is None else _sanitised(wording.english),
        )
    )
    stem, asked, key, english = parts.stem, parts.asked, parts.key, parts.english
    item = ItemVersion(
        code=plain_line(wording.code),
        version=version,
        topic=wording.topic,
        cognitive_level=CognitiveLevel(wording.level),
        stem=stem,
        asked=_with_marked_words(asked, stem),
        legal_basis=plain_line(wording.legal_basis),
        rationale=from_authored(wording.rationale),
        author=author,
        judged_share=wording.judged_share,
        pool=Pool(wording.pool),
        stimulus=None
        if wording.stimulus is None
        else replace(
            wording.stimulus,
            content=from_authored(wording.stimulus.content),
            english=from_authored(wording.stimulus.english),
        ),
        english=english,
    )
    _require_texts(item)
    _require_pictures_whole(wording)
    return item, key


def _with_texts(asked: Asked, of: Callable[[str], str]) -> Asked:
    parts: list[Option | Place] = [*asked.options, *asked.places]
    texts = [of(one.content) for one in parts]
    if texts == [one.content for one in parts]:
        return asked
    return replace(
        asked,
        options=tuple(replace(one, content=text) for one, text in zip(asked.options, texts, strict=False)),
        places=tuple(
            replace(one, content=text)
            for one, text in zip(asked.places, texts[len(asked.options) :], strict=True)
        ),
    )


def _sanitised(english: Translation) -> Translation:
    return Translation(
        from_authored(english.stem),
        {id_: from_authored(text) for id_, text in english.options.items()},
        {id_: from_authored(text) for id_, text in english.places.items()},
        from_authored(english.rationale),
    )


def _with_marked_words(asked: Asked, stem: str) -> Asked:
    """The words of a hottext are those that are marked in its stem."""
    if asked.interaction is not Interaction.HOTTEXT:
        return asked
    words = dict(marks_in(stem))
    return replace(
        asked, places=tuple(replace(one, content=words.get(one.id, one.content)) for one in asked.places)
    )


def _require_texts(item: ItemVersion) -> None:
    """Nothing that is to be read is empty, nothing reads like another, and every place can be reached."""
    asked = item.asked
    read = {"stem": item.stem, "legal_basis": item.legal_basis}
    read |= {f"option_{one.id.lower()}": one.content for one in asked.options}
    if not asked.kind.in_stem or asked.interaction is Interaction.HOTTEXT:
        read |= {f"place_{one.id.lower()}": one.content for one in asked.places}
    for name, text in read.items():
        if not plain_text(text):
            raise InvalidItem("MISSING_CELL", field=name)
    for owner in {one.place for one in asked.options}:
        readings = {one.id: plain_text(one.content) for one in asked.options if one.place == owner}
        for earlier, later in equal_options(readings):
            raise InvalidItem("DUPLICATE_OPTION", field=f"option_{later.lower()}", same_as=earlier)
    if asked.interaction is Interaction.HOTSPOT and not references(item.stem):
        raise InvalidItem("NO_PICTURE", field="stem")
    stems = {"stem": item.stem} | ({} if item.english is None else {"english_stem": item.english.stem})
    for name, stem in stems.items() if asked.kind.in_stem else ():
        for id_ in set(asked.place_ids) - places_shown(stem):
            raise InvalidItem("PLACE_NOT_IN_STEM", field=name, value=id_)


def _require_pictures_whole(wording: Wording) -> None:
    typed = {"stem": wording.stem, "rationale": wording.rationale}
    typed |= {f"option_{one.id.lower()}": one.content for one in wording.asked.options}
    typed |= {f"place_{one.id.lower()}": one.content for one in wording.asked.places}
    if wording.stimulus is not None:
        typed["stimulus"] = wording.stimulus.content
        typed["english_stimulus"] = wording.stimulus.english
    for name, text in typed.items():
        if names_picture(text) and is_lost(text, from_authored(text)):
            raise InvalidItem("BAD_IMAGE", field=name)
