"""The search by sketches against the comparison of every pair with every other."""

from __future__ import annotations

import itertools
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from item_bank.contrasts import contrast
from item_bank.near_duplicates import Corpus, find_pairs
from item_bank.similarity import fold, likeness, reading_of
from tests.benchmarks.bank_texts import texts

WORDS = ["tờ", "khai", "hải", "quan", "thuế", "5%", "15 ngày", "trị", "giá", "Đội", "xuất xứ", "không"]


def compared(readings, threshold):
    """All pairs of at least the threshold, by brute force."""
    grams = [reading.whole_grams for reading in readings]
    return {
        (one, other): score
        for one, other in itertools.combinations(range(len(grams)), 2)
        if (score := likeness(grams[one], grams[other])) >= threshold
    }


def searched(readings, threshold):
    corpus = Corpus()
    for reading in readings:
        corpus.add(reading.whole_grams)
    return {(pair.earlier, pair.later): pair.score for pair in find_pairs(corpus, threshold)}


def test_of_items_as_they_are_written_no_more_is_missed_than_was_promised():
    """Many pairs near the threshold, where a sketch errs the most: 1 in 1,000 may be missed."""
    chance = random.Random(3)
    readings = []
    for text in texts(100, seed=4):
        words = text.stem.split()
        readings.append(reading_of(text.stem, text.options))
        for _ in range(4):  # typed anew with words left out: likeness from 0.7 upwards
            gone = set(chance.sample(range(len(words)), max(1, len(words) * chance.randint(5, 45) // 100)))
            stem = " ".join(word for place, word in enumerate(words) if place not in gone)
            readings.append(reading_of(stem, text.options))
    for threshold in (0.7, 0.85):
        true, found = compared(readings, threshold), searched(readings, threshold)
        assert found.items() <= true.items()
        assert len(true) > 300
        assert len(true) - len(found) <= max(2, len(true) // 500)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join), min_size=2, max_size=25),
    st.sampled_from([0.6, 0.75, 0.9, 1.0]),
)
def test_whatever_is_found_has_its_true_score_and_equal_texts_are_always_found(stems, threshold):
    readings = [reading_of(stem) for stem in stems]
    true, found = compared(readings, threshold), searched(readings, threshold)
    assert found.items() <= true.items()
    assert {pair for pair, score in true.items() if score == 1.0} <= found.keys()


@given(st.lists(st.sampled_from(WORDS)).map(" ".join), st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_differences_leave_out_no_word_and_agree_on_what_is_the_same(one, other):
    left, right = contrast(one, other)
    assert " ".join(run.text for run in left).split() == one.split()
    assert " ".join(run.text for run in right).split() == other.split()
    same = [[fold(run.text) for run in runs if not run.differs] for runs in (left, right)]
    assert same[0] == same[1]
