"""The longest batch of essays fits into what one login may ask for at once."""

from examsvc.api.v1.sittings import _cost
from examsvc.delivery.events import MAX_EVENTS, MAX_RESPONSE, ResponseEvent
from examsvc.edge.pace import AT_ONCE

ESSAY = ResponseEvent(1, 1, "0" * 36, "1", {"response": "x" * MAX_RESPONSE})
CHOICE = ResponseEvent(1, 1, "0" * 36, "1", {"response": "A"})


def test_a_batch_of_the_longest_essays_is_not_refused_for_ever():
    assert 1 < _cost(CHOICE) < 1.01
    assert MAX_EVENTS * _cost(ESSAY) < AT_ONCE


def test_a_cleared_response_costs_an_event():
    assert _cost(ResponseEvent(1, 1, "0" * 36, "1", {"response": None})) == 1
