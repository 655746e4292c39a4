"""What an examiner asks of a calibration, read from the form; what was left out is as usual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from examsvc.edge.texts import gettext as _
from examsvc.store.models import CalibrationRow
from examsvc.store.scored import CampaignCounts
from examsvc.web.examiner import choices


@dataclass(frozen=True, slots=True)
class Order:
    """The fields of the form as they were typed."""

    campaign_id: str
    model: str = choices.MODELS[0].value
    priors: str = choices.PRIORS[0].value
    min_responses: str = str(choices.USUAL_RESPONSES)
    scale: str = choices.SCALES[0].value

    def as_job(self) -> dict[str, Any]:
        """The parameters of the job."""
        return {
            "campaign_id": int(self.campaign_id),
            "model": self.model,
            "priors": self.priors,
            "min_responses": int(self.min_responses),
            "scale": self.scale,
        }


class _Offer(Protocol):
    @property
    def counts(self) -> CampaignCounts: ...
    @property
    def n_shared(self) -> int: ...


FEWEST_SHARED = 5  # below it a link says little


def usual_order(offer: _Offer | None, in_force: CalibrationRow | None) -> Order:
    """Right for a newcomer: 2PL, weak priors; linked once a calibration from responses is in force."""
    may_link = in_force is not None and in_force.method == "mml"
    linked = may_link and offer is not None and offer.n_shared >= FEWEST_SHARED
    return Order(
        campaign_id="" if offer is None else str(offer.counts.campaign.id),
        scale="linked" if linked else "free",
    )


def read_order(form: Mapping[str, str]) -> tuple[Order, dict[str, str]]:
    """What was typed, and by field what is wrong with it."""
    usual = Order(campaign_id="")
    order = Order(
        campaign_id=form.get("campaign_id", "").strip(),
        model=form.get("model", usual.model),
        priors=form.get("priors", usual.priors),
        min_responses=form.get("min_responses", usual.min_responses).strip(),
        scale=form.get("scale", usual.scale),
    )
    problems = {
        name: str(_("Choose one of these."))
        for name, known in (("model", choices.MODELS), ("priors", choices.PRIORS), ("scale", choices.SCALES))
        if getattr(order, name) not in {choice.value for choice in known}
    }
    if not _is_whole(order.campaign_id, 1, 2**31 - 1):
        problems["campaign_id"] = _("Choose a campaign.")
    if not _is_whole(order.min_responses, choices.LEAST_RESPONSES, choices.MOST_RESPONSES):
        problems["min_responses"] = _(
            "A whole number from %(least)s to %(most)s.",
            least=choices.LEAST_RESPONSES,
            most=choices.MOST_RESPONSES,
        )
    return order, problems


def _is_whole(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 12 and least <= int(text) <= most
