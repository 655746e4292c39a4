"""The bank's board: coverage, balance and quality at a glance."""

from __future__ import annotations

from flask import render_template

from examsvc.accounts.permissions import allowed
from examsvc.edge.room import current_actor, deps
from examsvc.services.bank_board import FACTOR, STAGES, view_board
from examsvc.services.bank_views import READS_ALL
from examsvc.services.flagged_items import list_flagged
from examsvc.web.author.room import room
from examsvc.web.item_flags import flag_words, in_order
from item_bank.lifecycle import State
from item_bank.taxonomy import CognitiveLevel


@room.view("/bank", permission="bank.read_board")
def board() -> str:
    """What the bank holds against what exams need; items are named to those who may read them all."""
    actor = current_actor()
    flagged = list_flagged(deps(), actor)
    return render_template(
        "author/board.html",
        flagged=[(flag_words(code), flagged[code]) for code in in_order(flagged)],
        board=view_board(deps(), actor),
        levels=[level.value for level in CognitiveLevel],
        stages=list(STAGES),
        states=[state.value for state in State],
        factor=FACTOR,
        may_read=allowed(actor, "items.read") and bool(actor.roles & READS_ALL),
    )
