"""One item of QTI 1.2: read whole, with losses named, or refused with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from item_bank.errors import InvalidItem, ItemBankError
from item_bank.formats.draft import Draft
from item_bank.formats.foreign import ForeignItem
from item_bank.formats.moodle_shares import MAX_MARK
from item_bank.formats.qti.expressions import Budget
from item_bank.formats.qti.keys import derive_key
from item_bank.formats.qti.processing import STEPS
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.xml import Node
from item_bank.formats.qti12.dialects import in_one_shape, known_type
from item_bank.formats.qti12.posing import Source
from item_bank.formats.qti12.scoring import Scoring
from item_bank.formats.qti12.texts import Texts
from item_bank.formats.qti12.types import READERS
from item_bank.interactions.marking import Key
from item_bank.stem import plain_line, plain_text
from item_bank.stimulus import Stimulus

GENERAL: Final = "general_fb"
STIMULUS: Final = "text_only_question"
TYPE: Final = "question-type"
PARENT: Final = "parent-stimulus-item-ident"  # of an item: the text that it shares
_TYPES: Final = (TYPE, "cc-profile", "qmd-questiontype")
_POINTS: Final = ("points-possible", "cc-weighting", "qmd-weighting")
_NUMBER: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{0,25})?")
_READ: Final = frozenset({"itemmetadata", "presentation", "resprocessing", "itemfeedback"})
_WHERE_CHARACTERS: Final = 200
_WHERE_WORDS: Final = 60  # of a stem, where an item has no name


@dataclass(slots=True)
class Beside:
    """What stands around an item.

    points : what each item of its group earns; None where the group does not say
    stimuli : the texts that several items share, by their identifier
    """

    texts: Texts
    budget: Budget
    category: tuple[str, ...] = ()
    points: str | None = None
    stimuli: Mapping[str, Node] = field(default_factory=dict)
    picks: str | None = None


def metadata_of(node: Node) -> dict[str, str]:
    """The fields of an element's own metadata, by their labels in small letters, with hyphens."""
    found: dict[str, str] = {}
    for one in node.children:
        if one.name not in {"itemmetadata", "qtimetadata"}:
            continue
        for entry in one.within("qtimetadatafield"):
            label, value = entry.first("fieldlabel"), entry.first("fieldentry")
            if label is not None and value is not None:
                found.setdefault(label.words().lower().replace("_", "-"), value.words())
    return found


def read_item(item: Node, number: int, beside: Beside) -> ForeignItem:
    """The item; what it is refused for stands in it."""
    where = plain_line(item.get("title")) or plain_line(item.get("ident")) or f"#{number}"
    draft = Draft(where[:_WHERE_CHARACTERS], item.line, category=beside.category)
    draft.language = plain_line(item.get("lang")) or None
    granted = Budget(min(STEPS, beside.budget.left))
    before = granted.left
    try:
        return _taken(item, draft, beside, granted)
    except Refused as refused:
        return draft.refused_for(refused.remark)
    except ItemBankError as refusal:
        return draft.refused(refusal)
    finally:
        beside.budget.left -= before - granted.left


def _taken(item: Node, draft: Draft, beside: Beside, budget: Budget) -> ForeignItem:
    item = in_one_shape(item)
    metadata, presentation = metadata_of(item), item.first("presentation")
    kind = known_type(next((metadata[name] for name in _TYPES if name in metadata), "")) or _guessed(item)
    _read_stem(item, presentation, draft, beside.texts)
    _read_feedback(item, draft, beside.texts)
    if kind == "file_upload_question":
        raise Refused("FILE_WANTED", line=item.line)
    if kind == STIMULUS:
        raise Refused("TEXT_ALONE", line=item.line)
    if not kind:
        _refuse_unnamed(item)
    if kind not in READERS:
        raise Refused("TYPE_NOT_SUPPORTED", line=item.line, type=kind)
    for part in item.children:
        if part.name not in _READ:
            draft.lose("PART_LOST", name=part.name)
    if beside.picks is not None:
        draft.lose("SELECTION_LOST", count=beside.picks)
    source = Source(item, beside.texts, draft, Scoring(item))
    posed, program = READERS[kind](source)
    if program is None:
        taken = draft.item(posed.asked, Key(1, ()))
    else:
        marked = derive_key(posed, program, draft.losses, budget)
        draft.max_mark = float(marked.best) if marked.best != 100 else 1.0
        taken = draft.item(posed.asked, marked.key)
    mark = beside.points or next((metadata[name] for name in _POINTS if name in metadata), "")
    taken = replace(taken, max_mark=_mark(mark, draft), lost=draft.losses.all())
    return _with_stimulus(taken, metadata.get(PARENT, ""), draft, beside)


def _read_stem(item: Node, presentation: Node | None, draft: Draft, texts: Texts) -> None:
    """The stem; of an item without a name its first words are how its author finds it again."""
    if presentation is not None:
        draft.stem = texts.of(presentation, draft)
    if not item.get("title") and not item.get("ident"):
        draft.where = plain_text(draft.stem)[:_WHERE_WORDS].strip() or draft.where


def _mark(said: str, draft: Draft) -> float:
    """The points; where none are said, the greatest score, which is one mark where it is a percentage."""
    if not said:
        return draft.max_mark
    number = float(said) if _NUMBER.fullmatch(said) else 0.0
    if 0 < number <= MAX_MARK:
        return number
    draft.lose("INVALID_MARK", value=said)
    return 1.0


def _responses_in(item: Node) -> list[Node]:
    return [
        node for node in item.walk() if node.name.startswith("response_") and node.name != "response_label"
    ]


def _refuse_unnamed(item: Node) -> None:
    """Says which responses a question of no known type takes, if any."""
    names = dict.fromkeys(node.name for node in _responses_in(item))
    if not names:
        raise Refused("NO_INTERACTION", line=item.line)
    raise Refused("INTERACTION_NOT_KEPT", line=_responses_in(item)[0].line, name=", ".join(names))


def _guessed(item: Node) -> str:
    """What a file without Canvas's names asks, told by the responses that it takes."""
    found = _responses_in(item)
    names = {node.name for node in found}
    if names == {"response_lid"}:
        is_order = any(node.get("rcardinality").lower() == "ordered" for node in found)
        return "ordering_question" if is_order else "multiple_choice_question"
    if names == {"response_num"}:
        return "numerical_question"
    has_key = any(node.name == "varequal" for node in item.walk())
    if names == {"response_str"}:
        return "short_answer_question" if has_key else "essay_question"
    return ""


def _read_feedback(item: Node, draft: Draft, texts: Texts) -> None:
    """What is shown to all is the rationale; what depends on the response is lost."""
    lost = 0
    for feedback in item.all("itemfeedback"):
        if feedback.get("ident") == GENERAL and not draft.rationale:
            draft.rationale = texts.of(feedback, draft)
        elif feedback.words():
            lost += 1
    if lost:
        draft.lose("FEEDBACK_LOST", count=lost)


def _with_stimulus(item: ForeignItem, ident: str, draft: Draft, beside: Beside) -> ForeignItem:
    if not ident:
        return item
    if ident not in beside.stimuli:
        draft.lose("STIMULUS_MISSING", file=ident)
        return replace(item, lost=draft.losses.all())
    content = beside.texts.of(beside.stimuli[ident].first("presentation"), draft)
    try:
        stimulus = Stimulus(plain_line(ident)[-40:], content)
    except InvalidItem:
        draft.lose("STIMULUS_MISSING", file=ident)
        return replace(item, lost=draft.losses.all())
    return replace(item, stimulus=stimulus, lost=draft.losses.all())
