"""Campaigns that can be calibrated: what their responses carry, and what to heed before starting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

from examsvc.edge.texts import gettext as _
from examsvc.edge.texts import ngettext
from examsvc.store import Session, calibration_pages, scored
from examsvc.store.models import CalibrationRow
from examsvc.store.scored import CampaignCounts
from examsvc.web.examiner.choices import USUAL_RESPONSES
from examsvc.web.examiner.order import FEWEST_SHARED

FEW_SITTINGS: Final = 100
ENOUGH_TO_GUESS: Final = 500  # responses an item, for the 3PL
MANY_THIN: Final = 0.1  # of the items


@dataclass(frozen=True, slots=True)
class Offer:
    """A campaign that can be calibrated.

    responses : of each item, at most (everybody responds to all items of his form)
    n_groups : of forms tied by common items; more than one stand on no common scale
    n_shared : items with figures in the calibration in force
    """

    counts: CampaignCounts
    responses: tuple[int, ...]
    n_groups: int
    n_shared: int

    @property
    def n_items(self) -> int:
        """On the forms that were sat."""
        return len(self.responses)


@dataclass(frozen=True, slots=True)
class Hints:
    """What to heed: of the campaign as it is, and by the value of a choice."""

    campaign: tuple[str, ...] = ()
    by_choice: Mapping[str, str] | None = None

    def of(self, choice: str) -> str:
        """For one choice; empty where there is nothing to heed."""
        return (self.by_choice or {}).get(choice, "")


def list_offers(session: Session, in_force: CalibrationRow | None) -> list[Offer]:
    """The campaigns that somebody has sat to the end, newest first."""
    known = None if in_force is None else in_force.id
    return [_offer(session, counts, known) for counts in scored.count_campaigns(session) if counts.n_finished]


def _offer(session: Session, counts: CampaignCounts, calibration_id: int | None) -> Offer:
    campaign_id = counts.campaign.id
    forms = calibration_pages.sat_items(session, campaign_id)
    sat = calibration_pages.count_sat(session, campaign_id)
    responses: dict[int, int] = {}
    for form_id, versions in forms.items():
        for version_id in versions:
            responses[version_id] = responses.get(version_id, 0) + sat.get(form_id, 0)
    _n_items, n_shared = calibration_pages.count_items(session, campaign_id, calibration_id)
    return Offer(counts, tuple(sorted(responses.values())), _count_groups(list(forms.values())), n_shared)


def _count_groups(forms: list[frozenset[int]]) -> int:
    groups: list[frozenset[int]] = []
    for form in forms:
        apart = [group for group in groups if not group & form]
        tied = [group for group in groups if group & form]
        groups = [*apart, form.union(*tied)]
    return len(groups)


def hints_for(offer: Offer | None, in_force: CalibrationRow | None) -> Hints:
    """For the form as the examiner opens it."""
    if offer is None:
        return Hints()
    return Hints(tuple(_of_campaign(offer)), _by_choice(offer, in_force))


def _of_campaign(offer: Offer) -> list[str]:
    found = []
    if offer.counts.n_finished < FEW_SITTINGS:
        found.append(
            ngettext(
                "Only %(num)s sitting: below %(enough)s the figures of single items are unsure. Take the "
                "Rasch model, or priors borrowed from the topic.",
                "Only %(num)s sittings: below %(enough)s the figures of single items are unsure. Take the "
                "Rasch model, or priors borrowed from the topic.",
                offer.counts.n_finished,
                enough=FEW_SITTINGS,
            )
        )
    thin = sum(n < USUAL_RESPONSES for n in offer.responses)
    if thin > MANY_THIN * max(offer.n_items, 1):
        found.append(
            _(
                "%(thin)s of %(n)s items have fewer than %(least)s responses: with the usual least number "
                "they are not calibrated.",
                thin=thin,
                n=offer.n_items,
                least=USUAL_RESPONSES,
            )
        )
    if offer.n_groups > 1:
        found.append(
            _(
                "The forms fall into %(n)s groups that share no items: they stand on one scale only if the "
                "forms were given out at random.",
                n=offer.n_groups,
            )
        )
    return found


def _by_choice(offer: Offer, in_force: CalibrationRow | None) -> dict[str, str]:
    found = {}
    typical = int(median(offer.responses)) if offer.responses else 0
    if typical < ENOUGH_TO_GUESS:
        found["3PL"] = _(
            "Not for this campaign: an item has about %(n)s responses. Below %(enough)s, guessing can hardly "
            "be told from difficulty.",
            n=typical,
            enough=ENOUGH_TO_GUESS,
        )
    if in_force is None or in_force.method != "mml":
        found["linked"] = found["anchored"] = _("No calibration from responses is in force to link to.")
        return found
    if offer.n_shared < FEWEST_SHARED:
        found["linked"] = found["anchored"] = _(
            "Not for this campaign: it shares %(n)s items with the calibration in force; a link needs at "
            "least %(least)s.",
            n=offer.n_shared,
            least=FEWEST_SHARED,
        )
    elif in_force.model != "Rasch":
        found["Rasch"] = _(
            "The calibration in force is of the %(model)s model: a Rasch calibration linked to it distorts "
            "the scale. Take the free scale with it.",
            model=in_force.model,
        )
    return found
