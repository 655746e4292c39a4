"""The bank's board: coverage, what is missing, lateness, quality and what waits, at a glance."""

from __future__ import annotations

from flask import render_template

from examsvc.accounts.permissions import allowed
from examsvc.edge.room import current_actor, deps
from examsvc.services.assignment_views import view_lateness
from examsvc.services.bank_board import FACTOR, STAGES, view_board
from examsvc.services.bank_views import READS_ALL
from examsvc.services.flagged_items import list_flagged
from examsvc.web.author.room import room
from examsvc.web.item_flags import flag_words, in_order
from item_bank.lifecycle import State
from item_bank.taxonomy import CognitiveLevel

SHORTAGES = 12  # that are said in words before the others have to be asked for


@room.view("/bank", permission="bank.read_board")
def board() -> str:
    """What the bank holds against what exams need; items are named to those who may read them all."""
    actor = current_actor()
    flagged = list_flagged(deps(), actor)
    reads_lateness = allowed(actor, "assignments.read_board")
    return render_template(
        "author/board.html",
        flagged=[(flag_words(code), flagged[code]) for code in in_order(flagged)],
        board=view_board(deps(), actor),
        lateness=view_lateness(deps(), actor) if reads_lateness else None,
        levels=[level.value for level in CognitiveLevel],
        stages=list(STAGES),
        states=[state.value for state in State],
        factor=FACTOR,
        n_said=SHORTAGES,
        may_read=allowed(actor, "items.read") and bool(actor.roles & READS_ALL),
    )
