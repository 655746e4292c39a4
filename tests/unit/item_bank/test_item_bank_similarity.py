"""Likeness of two items, sketches, the search of a bank, and where two texts differ."""

import numpy as np
import pytest

from item_bank.contrasts import Run, contrast, own_parts
from item_bank.near_duplicates import Corpus, Stems, find_pairs, groups, nearest_earlier
from item_bank.similarity import MAX_CHARACTERS, Reading, fold, grams, likeness, reading_of
from item_bank.sketches import BITS, BYTES, Sketches, largest_distance, sketch, words_of

STEM = "Thời hạn nộp tờ khai hải quan đối với hàng hóa nhập khẩu là bao lâu?"
OPTIONS = ("Trong 15 ngày", "Trong 30 ngày kể từ ngày hàng đến", "Trong 45 ngày", "Không có thời hạn")


def test_the_order_of_options_and_the_diacritics_change_nothing():
    one = reading_of(f"<p>{STEM}</p>", OPTIONS)
    other = reading_of(fold(STEM), OPTIONS[::-1])
    assert likeness(one.whole_grams, other.whole_grams) == 1.0


def test_an_equal_stem_with_other_options_is_alike_by_the_stem_alone():
    one = reading_of(STEM, OPTIONS)
    other = reading_of(
        STEM, ("Chi cục trưởng", "Cục trưởng quyết định", "Bộ trưởng", "Đội trưởng đội thủ tục")
    )
    assert likeness(one.stem_grams, other.stem_grams) == 1.0
    assert likeness(one.whole_grams, other.whole_grams) < 0.75


def test_a_score_is_twice_the_shared_by_what_both_have():
    assert likeness(grams(["abcd"]), grams(["abcx"])) == pytest.approx(2 * 1 / 6)  # " abc" of three each


def test_a_reading_is_written_in_lines_and_read_again():
    reading = reading_of("Một\nhai", ["", "b<br>c"])
    assert Reading.from_lines(reading.as_lines()) == reading == Reading("mot hai", ("", "b c"))


def test_no_text_is_read_beyond_its_limit():
    assert len(reading_of("x" * 5_000).stem) == MAX_CHARACTERS


def test_letters_beyond_sixteen_bits_and_lone_halves_do_no_harm():
    assert grams([fold("\ud800 \U0001f600 x")]).size > 0


def test_a_sketch_is_the_same_for_ever():
    """What is stored must be comparable with what is made: if this fails, `METHOD` has to be counted up."""
    made = sketch(reading_of(STEM, OPTIONS).whole_grams)
    assert len(made) == BYTES
    assert made.hex()[:32] == "942428b6a544304d4238a16e1da1b5d2"


def test_the_bits_that_differ_tell_the_jaccard_similarity():
    chance = np.random.default_rng(5)
    for jaccard in (0.2, 0.5, 0.8):
        shared = round(400 * jaccard / (1 + jaccard))
        distances = []
        for _ in range(200):
            values = np.unique(chance.integers(0, 2**63, 400 - shared, dtype=np.uint64))
            one, other = sketch(values[:200]), sketch(values[-200:])
            distances.append(int(Sketches([one]).distances(words_of(other))[0]))
        expected = BITS * (1 - jaccard) / 2
        assert np.mean(distances) == pytest.approx(expected, abs=2.0)


def test_the_bound_of_distances_misses_one_in_a_thousand():
    # the tail of Binomial(256, 1/6) beyond 62 (J = 2/3), summed by hand in the tests of no other code
    chance = np.random.default_rng(7)
    drawn = chance.binomial(BITS, 1 / 6, size=400_000)
    assert (drawn > largest_distance(0.8)).mean() <= 0.0012
    assert (drawn > largest_distance(0.8) - 2).mean() > 0.001
    assert largest_distance(1.0) == 0


def test_sketches_side_by_side_are_taken_apart():
    rows = [bytes(range(BYTES)) + bytes(BYTES), bytes(BYTES) + bytes(range(BYTES))]
    first, second = Sketches.side_by_side(b"".join(rows), 2)
    assert first.distances(words_of(bytes(BYTES))).tolist() == [first.distances(words_of(bytes(BYTES)))[0], 0]
    assert second.distances(words_of(bytes(range(BYTES))))[1] == 0
    assert len(first) == len(second) == 2


def test_a_search_tells_how_far_it_is_and_stops_for_whoever_raises():
    corpus = Corpus()
    for number in range(700):
        corpus.add(grams([f"cau hoi so {number} ve thoi han nop to khai {number * 7}"]))
    told: list[tuple[int, int]] = []
    list(find_pairs(corpus, 0.9, lambda done, total: told.append((done, total))))
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1]
    assert [done for done, _total in told] == sorted(done for done, _total in told)

    class Stopped(Exception):
        pass

    def stop(done: int, _total: int) -> None:
        if done:
            raise Stopped

    with pytest.raises(Stopped):
        list(find_pairs(corpus, 0.9, stop))


def test_a_file_of_like_lines_is_told_line_by_line_of_an_earlier_one():
    texts = [f"{STEM} Lô hàng số {number} trị giá 5 triệu đồng" for number in range(200)]
    found = nearest_earlier(texts, 0.85)
    assert [later for _earlier, later, _score in found] == list(range(1, 200))
    assert all(earlier < later for earlier, later, _score in found)


def test_stems_of_a_bank_are_asked_for_the_few_texts_that_may_be_alike():
    stems = {f"B-{number}": f"Điều {number} quy định về {word}?" for number, word in enumerate(("A", "B"))}
    stems["B-9"] = STEM
    asked: list[int] = []
    known = Stems.of(stems)
    counting = Stems(
        known.labels, known.sketches, lambda places: asked.extend(places) or known.grams_of(places)
    )
    assert counting.nearest(reading_of(STEM + " ạ").stem_grams, 0.85)[0] == "B-9"
    assert asked == [2]
    assert counting.nearest(grams(["khong giong gi ca"]), 0.85) is None


def test_groups_hang_together_by_pairs():
    assert groups([(5, 2), (9, 7), (2, 3), (7, 8)]) == [[2, 3, 5], [7, 8, 9]]
    assert groups([]) == []


def test_differences_are_words_and_not_diacritics():
    left, right = contrast("Thời hạn nộp là 15 ngày?", "thoi han nộp là 30 ngày")
    assert left == [Run("Thời hạn nộp là", False), Run("15", True), Run("ngày?", False)]
    assert right == [Run("thoi han nộp là", False), Run("30", True), Run("ngày", False)]
    assert own_parts(["A", "b"], ["B", "c"]) == [Run("A", True), Run("b", False)]
