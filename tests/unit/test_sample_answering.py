"""The simulated officers of the sample respond to every interaction as somebody of their ability would."""

from __future__ import annotations

import numpy as np
import pytest

from examsvc.sample.answering import count_parts, shares_by_parts, write_response
from examsvc.sample.truth import JudgedItem, draw_items
from item_bank.interactions.kinds import KINDS, Interaction
from item_bank.interactions.marking import share
from item_bank.interactions.responses import is_storable
from tests.every_interaction import EXAMPLES

MARKED = [interaction for interaction in Interaction if not KINDS[interaction].rated]


@pytest.mark.parametrize("interaction", MARKED)
def test_every_response_is_one_and_earns_what_its_mastered_parts_say(interaction: Interaction):
    asked, key = EXAMPLES[interaction].asked, EXAMPLES[interaction].key
    n_parts, shares = count_parts(asked, key), shares_by_parts(asked, key)
    rng = np.random.default_rng(1)
    for _draw in range(200):
        mastered = (rng.random(n_parts) < 0.5).tolist()
        response = write_response(asked, key, mastered, rng)
        assert response is None or is_storable(asked, response)
        assert float(share(asked, key, response)) == shares[sum(mastered)]
    assert (shares[0] < shares[-1], shares[-1]) == (True, 1.0)


@pytest.mark.parametrize("interaction", MARKED)
def test_the_abler_earn_more(interaction: Interaction):
    example = EXAMPLES[interaction]
    item = draw_items([JudgedItem(1, 0.0, example.asked, example.key)], np.random.default_rng(2))[1]
    expected = [item.expected_share(theta) for theta in (-3.0, -1.0, 0.0, 1.0, 3.0)]
    assert expected == sorted(expected)
    assert expected[-1] - expected[0] > 0.2
