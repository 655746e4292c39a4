"""What never changes in a database, once it is there, is read once a process."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

P = ParamSpec("P")
T = TypeVar("T")
Read = Callable[Concatenate[Session, P], T]


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """Carries the session past the cache's key: two are equal when they read the same database."""

    session: Session

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Source) and other.session.get_bind() is self.session.get_bind()

    def __hash__(self) -> int:
        return id(self.session.get_bind())


def read_once(maxsize: int) -> Callable[[Read[P, T]], Read[P, T]]:
    """Keep what the function returns, for each database and each set of its other arguments."""

    def decorate(read: Read[P, T]) -> Read[P, T]:
        @lru_cache(maxsize=maxsize)
        def kept(source: _Source, *arguments: Hashable, **named: Hashable) -> T:
            return read(source.session, *arguments, **named)  # type: ignore[arg-type]

        def call(session: Session, /, *arguments: P.args, **named: P.kwargs) -> T:
            return kept(_Source(session), *arguments, **named)  # type: ignore[arg-type]

        return call

    return decorate
