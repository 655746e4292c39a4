"""An item as practice shows it: before the response its wording alone, after it what was right, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from examsvc.assembly.option_order import option_order
from examsvc.rulepacks.registry import get_pack
from examsvc.services.rendering import render_items, render_wordings
from examsvc.store import Session
from examsvc.store import practice as store
from examsvc.store.forms_delivery import DeliveredStimulus
from examsvc.store.models import PracticeResponseRow, PracticeRunRow, TopicRow
from examsvc.store.practice import PractisedItem
from item_bank.interactions.asked import Asked
from item_bank.interactions.marking import WHOLE, Key, share
from item_bank.translation import Translation

RULES: Final = "PRACTICE"  # the rule pack


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a response is told; `rationale` is safe HTML, `legal_basis` plain.

    share : of the mark, 0 to 1; None where people would mark it, and the officer compares for himself
    response : None where he did not know
    """

    share: Fraction | None
    response: str | None
    key: Key
    rationale: str
    legal_basis: str

    @property
    def is_right(self) -> bool:
        return self.share == WHOLE


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item on the page; every text is safe HTML, the options are in this run's own order.

    english : its wording in English, by the same ids
    """

    ordinal: int
    topic: TopicRow
    stem: str
    asked: Asked
    stimulus: DeliveredStimulus | None
    english: Translation | None
    feedback: Feedback | None

    def in_english(self) -> ShownItem:
        """The same item in its English wording; as it is where there is none."""
        english = self.english
        if english is None:
            return self
        options = tuple(replace(one, content=english.options[one.id]) for one in self.asked.options)
        places = tuple(
            replace(one, content=english.places.get(one.id, one.content)) for one in self.asked.places
        )
        return replace(self, stem=english.stem, asked=replace(self.asked, options=options, places=places))


def shown_item(
    session: Session,
    run: PracticeRunRow,
    ordinal: int,
    items: Mapping[int, PractisedItem],
    response: PracticeResponseRow | None,
) -> ShownItem | None:
    """The item of a run; with its response also the feedback. None where it was withdrawn meanwhile."""
    item = items.get(run.item_version_ids[ordinal - 1])
    if item is None:
        return None
    [wording] = render_items(session, [item.wording])
    asked = wording.asked
    if asked.kind.shuffled:
        options = {option.id: option for option in asked.options}
        order = option_order(str(run.seed).encode(), run.id, item.version_id, list(options))
        asked = replace(asked, options=tuple(options[id_] for id_ in order))
    feedback = None if response is None else _feedback(session, item.wording.asked, response)
    return ShownItem(ordinal, item.topic, wording.stem, asked, wording.stimulus, wording.english, feedback)


def earned_share(asked: Asked, key: Key | None, response: str | None) -> Fraction | None:
    """What share of the mark the response earns; None where people mark it."""
    if asked.kind.rated:
        return None
    return Fraction(0) if key is None else share(asked, key, response)


def _feedback(session: Session, asked: Asked, response: PracticeResponseRow) -> Feedback | None:
    """As the rule pack of practice has it: nothing but the response itself opens the solution."""
    solution = store.find_solution(session, response.item_version_id)
    if solution is None or get_pack(RULES).feedback != "rationales":
        return None
    [rationale] = render_wordings(session, [solution.rationale])
    earned = earned_share(asked, solution.key, response.response)
    return Feedback(earned, response.response, solution.key, rationale, solution.legal_basis)
