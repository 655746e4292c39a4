"""A campaign's responses as matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from examsvc.results.errors import CalibrationRefused
from examsvc.store import Session, scored
from examsvc.store import measuring as store
from examsvc.store.measuring import FormItem
from scoring import MISSING


@dataclass(frozen=True, slots=True, eq=False)
class CampaignData:
    """Persons by items; persons are known by their numbers alone."""

    items: tuple[FormItem, ...]
    key_columns: tuple[int, ...]
    marks: npt.NDArray[np.int8]  # 1, 0, MISSING where not presented or not reached
    choices: npt.NDArray[np.intp]  # the option's column; one beyond the last where left blank
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

    def columns_of(self, form: int) -> npt.NDArray[np.intp]:
        """The items of a form, as columns."""
        return np.flatnonzero((self.marks[self.forms == form] != MISSING).any(axis=0))


def campaign_data(session: Session, campaign_id: int) -> CampaignData:
    """Everybody's responses over all items of the campaign's forms.

    A blank before the last response was seen and left out: wrong. Blanks after it were not reached: they say
    nothing of ability here, while in the candidate's own score they earn nothing.
    """
    forms = store.list_sat_forms(session, campaign_id)
    if not forms:
        raise CalibrationRefused("no_responses")
    items = list({item.version_id: item for form in forms for item in form.items}.values())
    column = {item.version_id: place for place, item in enumerate(items)}
    keys = store.keys_in_force(session, column)
    key_columns = tuple(item.option_ids.index(keys[item.version_id].option_id) for item in items)
    rows: list[npt.NDArray[np.intp]] = []
    sitting_ids: list[int] = []
    places: list[int] = []
    for place, form in enumerate(forms):
        sittings = store.list_closed_sittings(session, campaign_id, form.form_id)
        responses = store.responses_by_sitting(session, [sitting.id for sitting in sittings])
        rows.extend(_choice_row(form.items, column, responses[sitting.id]) for sitting in sittings)
        sitting_ids += [sitting.id for sitting in sittings]
        places += [place] * len(sittings)
    choices = np.vstack(rows)
    marks = np.where(choices == MISSING, MISSING, choices == np.array(key_columns)).astype(np.int8)
    numbers = scored.candidate_numbers(session, campaign_id)
    codes = scored.form_codes(session, [form.form_id for form in forms])
    return CampaignData(
        tuple(items),
        key_columns,
        marks,
        choices,
        tuple(numbers[sitting_id] for sitting_id in sitting_ids),
        np.array(places, dtype=np.intp),
        tuple(codes[form.form_id] for form in forms),
        tuple(form.position_id for form in forms),
    )


def _choice_row(
    items: Sequence[FormItem], column: Mapping[int, int], responses: Mapping[int, str]
) -> npt.NDArray[np.intp]:
    row = np.full(len(column), MISSING, dtype=np.intp)
    last = max((place for place, item in enumerate(items) if item.version_id in responses), default=-1)
    for item in items[: last + 1]:
        chosen = responses.get(item.version_id)
        blank = len(item.option_ids)
        row[column[item.version_id]] = blank if chosen is None else item.option_ids.index(chosen)
    return row
