"""Rests and rules of rest in the words of the bank manager's pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from flask_babel import LazyString, format_percent
from flask_babel import lazy_gettext as _l

from examsvc.edge.language import local_day
from examsvc.edge.texts import gettext as _
from examsvc.edge.texts import ngettext
from item_bank.exposure import Rest, RestReason, RestRule

# how a cell stands → name, badge
CELL_STATES: Final[dict[str, tuple[LazyString, str]]] = {
    "starved": (_l("fills no form"), "badge-bad"),
    "short": (_l("below the factor"), "badge-warn"),
    "enough": (_l("enough"), "badge-good"),
    "unused": (_l("not asked"), ""),
}
REFUSALS: Final[dict[str, LazyString]] = {
    "REASON_MISSING": _l("Give a reason."),
    "ITEMS_OUT_OF_RANGE": _l("Tick at least one item for exams, and at most %(most)s at once."),
    "REST_DAY_OUT_OF_RANGE": _l("The day lies after today and not beyond %(last)s."),
    "ITEM_AWAKE": _l("%(item)s does not rest: there is nothing to wake. Nothing was changed."),
    "NUMBER_OUT_OF_RANGE": _l("Write a number from %(least)s to %(most)s, or leave the field empty."),
}


def refusal_words(code: str, params: Mapping[str, Any]) -> str:
    """Why an order or a rule was refused."""
    said = {name: local_day(fact) if isinstance(fact, date) else fact for name, fact in params.items()}
    return str(REFUSALS[code]) % said if code in REFUSALS else _("Not possible (%(code)s).", code=code)


def rest_words(rest: Rest) -> str:
    """Why an item rests, in one line; until when stands beside it."""
    if rest.reason is RestReason.SITTINGS:
        return ngettext(
            "seen by %(num)s sitting", "seen by %(num)s sittings, more than the rule allows", rest.n_sittings
        )
    if rest.reason is RestReason.SHARE:
        share = str(format_percent(rest.share, format="0 %"))
        return _("seen by %(share)s of the candidates in %(campaign)s", share=share, campaign=rest.campaign)
    return _("put to rest")


def rule_words(rule: RestRule) -> list[str]:
    """A rule as sentences; one that makes nothing rest says so."""
    said = []
    if rule.most_sittings is not None:
        said.append(
            ngettext(
                "An item seen by more than %(num)s sitting rests %(months)s after it was last seen.",
                "An item seen by more than %(num)s sittings rests %(months)s after it was last seen.",
                rule.most_sittings,
                months=months_words(rule.months),
            )
        )
    if rule.most_share is not None:
        said.append(
            _(
                "An item that more than %(share)s of a position's candidates saw in one campaign "
                "(of %(least)s candidates or more) rests %(months)s after it.",
                share=str(format_percent(rule.most_share, format="0 %")),
                least=rule.least_candidates,
                months=months_words(rule.months),
            )
        )
    return said or [_("No item rests by itself.")]


def months_words(months: int) -> str:
    """A number of months."""
    return ngettext("%(num)s month", "%(num)s months", months)
