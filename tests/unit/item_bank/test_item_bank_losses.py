"""What an item lost, whatever the format: each thing once, and never more than is read without saying so."""

from __future__ import annotations

from item_bank.formats.draft import Draft
from item_bank.formats.losses import MOST_REMARKS, Losses
from item_bank.formats.qti.read import read_item
from tests.unit.item_bank.qti_samples import choice, item, response


def test_a_loss_is_told_once_and_the_last_remark_says_that_there_are_more():
    losses = Losses()
    for number in [*range(MOST_REMARKS + 5), 0]:
        losses.add("LINK_LOST", address=str(number))
    assert [one.code for one in losses.all()] == ["LINK_LOST"] * MOST_REMARKS + ["MORE_REMARKS"]


def test_an_item_of_qti_says_that_more_was_lost_as_one_of_moodle_does():
    broken = "".join(f'<video src="{number}.mp4"/>' for number in range(MOST_REMARKS + 5))
    lost = read_item(item(f"<p>Hỏi?</p>{broken}{choice()}", response("identifier", "single", "A"))).lost
    draft = Draft("x")
    for number in range(MOST_REMARKS + 5):
        draft.lose("MEDIA_LOST", tag="video", file=str(number))
    assert lost[-1].code == draft.losses.all()[-1].code == "MORE_REMARKS"
    assert len(lost) == len(draft.losses.all())
