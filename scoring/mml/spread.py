"""The E-step spread over processes or hosts: its sums add up, whoever did which part."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from scoring.mml.blocks import ItemPlaces, Persons, Sample
from scoring.mml.expectation import Expectation, Summing, Tables, expect


class Workers(Protocol):
    """Somewhere to do the E-step's sums."""

    def summing(self, sample: Sample) -> Summing:
        """Hand out the persons once, and return what does one E-step over all of them."""
        ...


class Client(Protocol):
    """What is used of `dask.distributed.Client`."""

    def scatter(self, data: Any, *, hash: bool = ...) -> Any: ...  # noqa: A002 - dask's own name

    def map(self, function: Callable[..., Any], *parts: Any, pure: bool = ...) -> Any: ...

    def gather(self, futures: Any) -> Any: ...


class DaskWorkers:
    """Workers of a Dask cluster, local or of several hosts; each keeps its persons between E-steps.

    client : a `dask.distributed.Client`
    persons_per_part : about so many persons go to a worker at a time

    The parts are summed in their order, so that equal data give equal results however many workers there are.
    """

    def __init__(self, client: Client, persons_per_part: int = 65_536) -> None:
        self._client = client
        self._persons_per_part = persons_per_part

    def summing(self, sample: Sample) -> Summing:
        parts = _parts(sample.persons, self._persons_per_part)
        held = self._client.scatter(parts, hash=False)
        places = sample.places
        n_populations = sample.population_sizes.size

        def total(tables: Tables) -> Expectation:
            shared = self._client.scatter([(places, tables)], hash=False)[0]
            futures = self._client.map(_expect_part, held, [shared] * len(held), pure=False)
            found = Expectation.none(places, n_populations, tables.nodes.size)
            for part in self._client.gather(futures):
                found += part
            return found

        return total


def in_this_process(sample: Sample) -> Summing:
    """The E-step without workers."""

    def total(tables: Tables) -> Expectation:
        return expect(sample.blocks(), sample.places, tables)

    return total


def _expect_part(part: Sequence[Persons], shared: tuple[ItemPlaces, Tables]) -> Expectation:
    places, tables = shared
    return expect((block for persons in part for block in persons.blocks(places)), places, tables)


def _parts(persons: Sequence[Persons], size: int) -> list[list[Persons]]:
    """Persons in parts of about this many."""
    parts: list[list[Persons]] = [[]]
    n = 0
    for kind in persons:
        for piece in kind.cut(size):
            if n >= size:
                parts.append([])
                n = 0
            parts[-1].append(piece)
            n += piece.n_persons
    return parts
