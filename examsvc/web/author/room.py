"""The room that the author's, the reviewer's and the bank manager's views stand in."""

from __future__ import annotations

from fractions import Fraction

from flask_babel import format_decimal
from markupsafe import Markup

from examsvc.edge.room import Room, deps
from examsvc.services.rendering import render_wording
from examsvc.store.sealed import opened
from examsvc.web.author import wording, wording_kinds
from examsvc.web.author import wording_guarding as guarding
from examsvc.web.terms import COGNITIVE_LEVELS, POOLS
from item_bank.legal_basis import kind_of
from item_bank.stem import plain_text

room = Room("author", __name__)


@room.app_template_filter("item_markup")
def item_markup(markup: str) -> Markup:
    """Authored text as a candidate sees it: sanitised again on its way out, whatever the database holds."""
    return Markup(render_wording(deps(), opened(markup)))  # noqa: S704 - nothing but allowed tags comes out


@room.app_template_filter("item_text")
def item_text(markup: str) -> str:
    """What is read of authored text, for lists. Raises WordingSealed of a stem that was not opened."""
    return plain_text(opened(markup))


def share_words(share: Fraction) -> str:
    """A share of a mark as it is read: 0.25 in the reader's own writing, thirds to two digits."""
    return str(format_decimal(round(float(share), 2)))


@room.context_processor
def words() -> dict[str, object]:
    """The names that this room's templates speak in."""
    return {
        "state_words": wording.STATES,
        "level_words": COGNITIVE_LEVELS,
        "check_words": wording.CHECKS,
        "fault_words": wording.FAULTS,
        "finding_words": wording.finding,
        "move_words": wording.MOVES,
        "decision_words": wording.DECISIONS,
        "pool_words": POOLS,
        "progress_words": wording.PROGRESS,
        "kind_words": wording.KINDS,
        "kind_of": kind_of,
        "standing_words": wording.STANDINGS,
        "change_words": wording.CHANGES,
        "how_words": guarding.HOWS,
        "shown_as_words": guarding.SHOWN_AS,
        "oddity_words": guarding.ODDITIES,
        "limited_roles": guarding.LIMITED_ROLES,
        "secrecy_words": guarding.SECRECIES,
        "stage_words": guarding.STAGES,
        "step_words": guarding.STEPS,
        "format_words": guarding.FORMATS,
        "export_words": guarding.EXPORT_STATES,
        "loss_words": guarding.LOSSES,
        "loss_reasons": guarding.REASONS,
        "interaction_words": wording_kinds.KINDS,
        "credit_words": wording_kinds.CREDITS,
        "credit_gives": wording_kinds.credit_gives,
        "standing_of_part": wording_kinds.STANDINGS,
        "part_words": wording_kinds.part_words,
        "share_words": share_words,
        "problem_words": lambda code: wording.words_of(code, {}),
    }
