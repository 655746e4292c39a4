"""Who sits where with which form: numbers, rooms, stations, forms."""

from collections.abc import Sequence
from dataclasses import dataclass

from examsvc.delivery.errors import RosterTooLarge


@dataclass(frozen=True, slots=True)
class Place:
    """One candidate's number, room, station and form, by the index of each in its list."""

    number: str
    room: int
    station: str
    form: int


def seat(
    n_candidates: int, capacities: Sequence[int], n_forms: int, *, first: int = 1, prefix: str = ""
) -> list[Place]:
    """Fill the rooms in order; neighbours at successive stations get different forms.

    Parameters
    ----------
    capacities : free stations per room
    first : the first candidate number, for a roster filled in several steps

    Raises RosterTooLarge when the rooms do not hold everybody.
    """
    if n_candidates > sum(capacities):
        raise RosterTooLarge(n_candidates, sum(capacities))
    places: list[Place] = []
    for room, capacity in enumerate(capacities):
        for station in range(1, min(capacity, n_candidates - len(places)) + 1):
            index = first + len(places)
            places.append(Place(f"{prefix}{index:03d}", room, f"{station:02d}", index % n_forms))
    return places
