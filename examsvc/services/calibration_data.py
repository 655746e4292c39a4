"""A campaign's responses as matrices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from examsvc.results.categories import WHOLE_MARK, Categories, possible_categories
from examsvc.results.errors import CalibrationRefused
from examsvc.results.marks import ItemKey
from examsvc.services.calibration_parts import Counts, shares_earned
from examsvc.services.scoring_plans import item_keys
from examsvc.store import Session, scored
from examsvc.store import measuring as store
from examsvc.store.measuring import FormItem
from item_bank.interactions.kinds import Form
from scoring import MISSING
from scoring.responses import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class CampaignData:
    """Persons by items; persons are known by their numbers alone."""

    items: tuple[FormItem, ...]
    keys: tuple[ItemKey, ...]
    categories: tuple[Categories, ...]  # those that somebody's mark fell into
    marks: npt.NDArray[np.int8]  # the category: 0, 1, …; MISSING where not presented or not reached
    choices: npt.NDArray[
        np.intp
    ]  # of a choice of one the option's column; one beyond the last where left blank
    counts: tuple[Counts, ...]  # of each item how many persons who reached it sent which response
    numbers: tuple[str, ...]
    forms: npt.NDArray[np.intp]  # the form of each person, a place in form_codes
    form_codes: tuple[str, ...]
    positions: tuple[int, ...] = ()  # whose form each is; candidates of a position get its forms at random

    @property
    def shares_populations(self) -> bool:
        """Whether common items or a common position tie all forms together.

        Two forms of one position were given to two random halves of one population: that alone puts them on
        one scale. Forms of two positions without common items have nothing in common.
        """
        met = [frozenset(self.columns_of(form).tolist()) for form in range(len(self.form_codes))]
        unplaced = set(range(1, len(met)))
        reached = [0]
        for form in reached:
            tied = {
                other
                for other in unplaced
                if met[form] & met[other]
                or (self.positions and self.positions[form] == self.positions[other])
            }
            reached += sorted(tied)
            unplaced -= tied
        return not unplaced

    @property
    def single_choices(self) -> IntArray:
        """The columns of items with one option to choose."""
        return np.flatnonzero([key.asked.kind.form is Form.ONE for key in self.keys])

    @property
    def n_categories(self) -> IntArray:
        """(n_items,) categories of each."""
        return np.array([len(one) for one in self.categories], dtype=np.intp)

    def key_column(self, place: int) -> int:
        """The right option of a single choice, as a column of its choices."""
        return self.items[place].option_ids.index(self.keys[place].key.option_id)

    def is_in_parts(self, place: int) -> bool:
        """Whether an item's mark can be earned in part, so that its model has categories."""
        return self.categories[place] != WHOLE_MARK

    def columns_of(self, form: int) -> npt.NDArray[np.intp]:
        """The items of a form, as columns."""
        return np.flatnonzero((self.marks[self.forms == form] != MISSING).any(axis=0))

    def mean_shares(self) -> FloatArray:
        """(n_items,) the mean share of the mark that was earned; NaN where nobody reached the item."""
        found = np.full(len(self.items), np.nan)
        for place, (key, counts) in enumerate(zip(self.keys, self.counts, strict=True)):
            n = sum(counts.values())
            if n:
                earned = shares_earned(key, counts)
                found[place] = float(sum(share * times for share, times in earned.items()) / n)
        return found


Reached = list[dict[int, str | None]]
"""Of each person the response to every item reached, by item version; None: left blank."""


def campaign_data(
    session: Session, campaign_id: int, in_force: Mapping[int, Categories] | None = None
) -> CampaignData:
    """Everybody's responses over all items of the campaign's forms.

    A blank before the last response was seen and left out: no share. Blanks after it were not reached: they
    say nothing of ability here, while in the candidate's own score they earn nothing.

    in_force : how the calibration that these items are to be tied to divides the marks of those it knows; it
        holds for an item here too where every one of its categories was met
    """
    forms = store.list_sat_forms(session, campaign_id)
    if not forms:
        raise CalibrationRefused("no_responses")
    items = tuple({item.version_id: item for form in forms for item in form.items}.values())
    keys = item_keys(session, items)
    reached: Reached = []
    sitting_ids: list[int] = []
    places: list[int] = []
    for place, form in enumerate(forms):
        sittings = store.list_closed_sittings(session, campaign_id, form.form_id)
        responses = store.responses_by_sitting(session, [sitting.id for sitting in sittings])
        reached.extend(_reached(form.items, responses[sitting.id]) for sitting in sittings)
        sitting_ids += [sitting.id for sitting in sittings]
        places += [place] * len(sittings)
    numbers = scored.candidate_numbers(session, campaign_id)
    codes = scored.form_codes(session, [form.form_id for form in forms])
    of_items = tuple(keys[str(item.version_id)] for item in items)
    counts = tuple(
        Counter(person[item.version_id] for person in reached if item.version_id in person) for item in items
    )
    categories = tuple(
        _categories(key, met, (in_force or {}).get(item.version_id))
        for item, key, met in zip(items, of_items, counts, strict=True)
    )
    return CampaignData(
        items,
        of_items,
        categories,
        _marks(items, of_items, categories, reached),
        _choices(items, of_items, reached),
        counts,
        tuple(numbers[sitting_id] for sitting_id in sitting_ids),
        np.array(places, dtype=np.intp),
        tuple(codes[form.form_id] for form in forms),
        tuple(form.position_id for form in forms),
    )


def _reached(items: Sequence[FormItem], responses: Mapping[int, str]) -> dict[int, str | None]:
    last = max((place for place, item in enumerate(items) if item.version_id in responses), default=-1)
    return {item.version_id: responses.get(item.version_id) for item in items[: last + 1]}


def _categories(key: ItemKey, counts: Counts, in_force: Categories | None) -> Categories:
    possible = possible_categories(key.asked, key.key)
    if possible == WHOLE_MARK:
        return possible
    earned = shares_earned(key, counts)
    if in_force is not None and {in_force.place(share) for share in earned} == set(range(len(in_force))):
        return in_force
    return possible.merged(earned)


def _marks(
    items: Sequence[FormItem], keys: Sequence[ItemKey], categories: Sequence[Categories], reached: Reached
) -> npt.NDArray[np.int8]:
    marks = np.full((len(reached), len(items)), MISSING, dtype=np.int8)
    for column, (item, key, known) in enumerate(zip(items, keys, categories, strict=True)):
        placed: dict[str | None, int] = {}
        for row, person in enumerate(reached):
            if item.version_id in person:
                response = person[item.version_id]
                if response not in placed:
                    placed[response] = known.place(key.share(response))
                marks[row, column] = placed[response]
    return marks


def _choices(items: Sequence[FormItem], keys: Sequence[ItemKey], reached: Reached) -> npt.NDArray[np.intp]:
    choices = np.full((len(reached), len(items)), MISSING, dtype=np.intp)
    for column, (item, key) in enumerate(zip(items, keys, strict=True)):
        if key.asked.kind.form is not Form.ONE:
            continue
        column_of = {option: place for place, option in enumerate(item.option_ids)}
        blank = len(column_of)
        for row, person in enumerate(reached):
            if item.version_id in person:
                choices[row, column] = column_of.get(person[item.version_id] or "", blank)
    return choices
