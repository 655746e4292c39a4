"""What the items of a set share, in both languages."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from item_bank.changes import Change, differences
from item_bank.errors import InvalidItem
from item_bank.interactions.asked import single_choice
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.stimulus import Stimulus
from item_bank.wording import Wording, compose

PLAIN = Stimulus("TL-1", "<p>Tờ khai</p>")
BOTH = replace(PLAIN, english="<p>Declaration</p>")


def composed(stimulus: Stimulus) -> tuple[ItemVersion, Key]:
    wording = Wording(
        "A1", "T01", "apply", "Hạn nộp?", single_choice("2 giờ", "4 giờ"), Key(1, ("B",)), "Luật"
    )
    return compose(replace(wording, stimulus=stimulus), "1")


def version(stimulus: Stimulus) -> ItemVersion:
    return composed(stimulus)[0]


def test_without_english_a_stimulus_is_what_it_was_before_there_was_english():
    assert PLAIN.content_hash == hashlib.sha256("<p>Tờ khai</p>".encode()).hexdigest()


def test_another_english_text_is_another_stimulus_and_another_wording():
    found = [PLAIN, BOTH, replace(PLAIN, english="<p>Form</p>"), replace(PLAIN, content=BOTH.english)]
    assert len({one.content_hash for one in found}) == 4
    assert len({version(one).wording_hash for one in found}) == 4


def test_whoever_reads_english_reads_vietnamese_where_there_is_no_english():
    assert [BOTH.read_in("vi"), BOTH.read_in("en")] == ["<p>Tờ khai</p>", "<p>Declaration</p>"]
    assert PLAIN.read_in("en") == "<p>Tờ khai</p>"


@pytest.mark.parametrize("nothing", ["", " ", "<p></p>", "<p>&nbsp;</p>"])
def test_english_without_anything_to_read_is_none(nothing: str):
    assert replace(PLAIN, english=nothing) == PLAIN


def test_a_picture_alone_is_something_to_read():
    shown = f'<img src="media:{"a" * 64}" alt="">'
    assert replace(PLAIN, english=shown).english == shown


def test_the_english_text_is_sanitised_where_it_is_written():
    made = version(replace(PLAIN, english='A <script>x</script><b onclick="x">form</b>\nof goods'))
    assert made.stimulus is not None
    assert made.stimulus.english == "A &lt;script&gt;x&lt;/script&gt;<b>form</b><br>of goods"
    assert made.texts["english_stimulus"] == made.stimulus.english
    assert "english_stimulus" not in version(PLAIN).texts


def test_a_picture_that_is_none_is_refused_at_the_english_text():
    with pytest.raises(InvalidItem) as refused:
        version(replace(PLAIN, english='Look: <img src="media:123" alt="x">'))
    assert (refused.value.code, refused.value.params["field"]) == ("BAD_IMAGE", "english_stimulus")


def test_a_reworded_english_text_is_told_word_by_word():
    (told,) = differences(composed(BOTH), composed(replace(BOTH, english="<p>Customs declaration</p>")))
    assert told.part == "english_stimulus"
    said = [(run.change, run.text) for run in told.runs if run.change is not Change.SAME]
    assert said == [(Change.GONE, "Declaration"), (Change.NEW, "Customs declaration")]
    (added,) = differences(composed(PLAIN), composed(BOTH))
    assert (added.part, added.new) == ("english_stimulus", "Declaration")
