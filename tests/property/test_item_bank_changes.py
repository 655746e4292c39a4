"""What has changed between two texts gives either of them back."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from item_bank.changes import Change, word_runs

WORDS = st.lists(st.sampled_from(["thuế", "hàng", "hóa", " ", ".", "\n", "“x”", "15", "đ"]), max_size=14)
TEXTS = st.one_of(st.text(max_size=40), WORDS.map("".join))


@given(TEXTS, TEXTS)
def test_the_runs_without_what_has_gone_are_the_new_text(old: str, new: str):
    assert "".join(run.text for run in word_runs(old, new) if run.change is not Change.GONE) == new


@given(TEXTS, TEXTS)
def test_the_runs_without_what_is_new_are_the_old_text(old: str, new: str):
    assert "".join(run.text for run in word_runs(old, new) if run.change is not Change.NEW) == old


@given(TEXTS, TEXTS)
def test_no_run_is_empty_and_no_neighbours_are_alike(old: str, new: str):
    runs = word_runs(old, new)
    assert all(run.text for run in runs)
    assert all(one.change is not other.change for one, other in pairwise(runs))


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str):
    assert all(run.change is Change.SAME for run in word_runs(text, text))
