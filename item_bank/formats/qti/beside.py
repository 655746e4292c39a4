"""What stands beside an item's wording: its stimulus, its rubric, its English version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from item_bank.formats.facts import RUBRIC, STIMULUS, stimulus_of
from item_bank.formats.foreign import ForeignItem
from item_bank.formats.qti.content import Body
from item_bank.formats.qti.markup import page_block, page_in
from item_bank.formats.qti.xml import Node
from item_bank.interactions.asked import Option, Place
from item_bank.interactions.marking import Criterion
from item_bank.stem import plain_line, sanitise
from item_bank.stimulus import Stimulus
from item_bank.translation import Translation

Shared = Mapping[str, tuple[str, str]]  # name and markup by reference


def shared_block(body: Node) -> Node | None:
    """The block before a wording in which this bank writes a stimulus where QTI has no place for one."""
    first = body.children[0] if body.children and not body.text.strip() else None
    return first if first is not None and STIMULUS in first.get("class").split() else None


def stimulus_in(root: Node, body: Node, writer: Body, stimuli: Shared) -> tuple[Stimulus | None, str]:
    """The one text that the item shares; of several, which stay together in the stem, the markup."""
    block = shared_block(body)
    refs = root.all("assessmentStimulusRef")
    known = [one.get("href") for one in refs if one.get("href") in stimuli]
    for one in refs:
        if one.get("href") not in stimuli:
            writer.losses.add("STIMULUS_MISSING", line=one.line, file=one.get("href"))
    if block is not None and not known:
        return stimulus_of(block.get("label"), sanitise(writer.inside(block))), ""
    page = page_block(body)
    if page is not None and not refs:
        shown = page_in(page)
        name = shown.get("data").rpartition("/")[2].rpartition(".")[0]
        return stimulus_of(name, sanitise(writer.outside(shown))), ""
    if len(known) == 1:
        name, markup = stimuli[known[0]]
        found = stimulus_of(name, sanitise(markup))
        if found is None:
            writer.losses.add("STIMULUS_MISSING", line=refs[0].line, file=known[0])
        return found, ""
    for one in refs if known else ():
        writer.losses.add("STIMULUS_IN_STEM", line=one.line, file=one.get("href"))
    return None, "".join(stimuli[href][1] for href in dict.fromkeys(known))


def is_rubric(node: Node) -> bool:
    return RUBRIC in node.get("class").split()


def rubric_in(root: Node) -> tuple[Criterion, ...]:
    """The criteria of the rubric that this bank wrote; another system's is part of the rationale."""
    found: list[Criterion] = []
    for block in root.within("rubricBlock"):
        for row in block.within("tr") if is_rubric(block) else ():
            cells = [plain_line(cell.words()) for cell in row.all("td")]
            if len(cells) == 2 and cells[1].isascii() and cells[1].isdecimal():
                found.append(Criterion(cells[0], int(cells[1][:6])))
    return tuple(found)


def translation_of(item: ForeignItem, other: ForeignItem) -> Translation | None:
    """The wording of the other item, where it has the parts of this one; else None."""
    if item.asked is None or other.asked is None:
        return None
    if item.asked.option_ids != other.asked.option_ids or item.asked.place_ids != other.asked.place_ids:
        return None
    return Translation(
        other.stem, _contents(other.asked.options), _contents(other.asked.places), other.rationale
    )


def in_both_languages(stimulus: Stimulus | None, other: Stimulus | None) -> Stimulus | None:
    """The stimulus with what the item's English version shows under the same code."""
    if stimulus is None or other is None or other.code != stimulus.code:
        return stimulus
    return replace(stimulus, english=other.content)


def one_stimulus_each(items: Sequence[ForeignItem]) -> list[ForeignItem]:
    """What one item's English version says of a stimulus holds for all that share it."""
    known = {
        (one.stimulus.code, one.stimulus.content): one.stimulus
        for one in items
        if one.stimulus is not None and one.stimulus.english
    }
    return [
        replace(one, stimulus=known.get((one.stimulus.code, one.stimulus.content), one.stimulus))
        if one.stimulus is not None
        else one
        for one in items
    ]


def _contents(parts: Sequence[Option | Place]) -> dict[str, str]:
    return {part.id: part.content for part in parts if part.content}
