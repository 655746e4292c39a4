"""Queries about legal acts: the register, who cites what, and which coming exams that concerns."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from examsvc.store.item_versions import get_versions
from examsvc.store.models import (
    AdministrationRow,
    CitationRow,
    FormItemRow,
    FormRow,
    ItemRow,
    ItemVersionRow,
    LegalActChangeRow,
    LegalActRow,
    StimulusRow,
    UserRow,
)
from examsvc.store.parts import in_parts
from item_bank.legal_basis import cited_numbers

States = dict[str, int]  # state → how many item versions


@dataclass(frozen=True, slots=True)
class FormUse:
    """An item version on a published form that a coming administration may hand out."""

    item_code: str
    version: int
    form_code: str
    administration_code: str
    starts_at: datetime


def cite(session: Session, named: Mapping[int, Iterable[str]]) -> None:
    """Keep which acts these wordings cite (item version → numbers), in place of what was kept of them."""
    ids = list(named)
    for part in in_parts(ids):
        session.execute(sa.delete(CitationRow).where(CitationRow.item_version_id.in_(part)))
    cited = [
        {"item_version_id": id_, "number": number} for id_, numbers in named.items() for number in numbers
    ]
    if cited:
        session.execute(sa.insert(CitationRow), cited)


def cite_what_is_uncited(session: Session) -> None:
    """Read the wordings that no citation is kept of: those of a process that did not know citations yet."""
    cites = sa.select(CitationRow.number).where(CitationRow.item_version_id == ItemVersionRow.id)
    query = sa.select(ItemVersionRow.id, ItemVersionRow.legal_basis).where(~cites.exists())
    found = {id_: cited_numbers(basis) for id_, basis in session.execute(query)}
    cite(session, {id_: numbers for id_, numbers in found.items() if numbers})


def cite_who_name(session: Session, number: str) -> None:
    """Keep the act as cited by every wording that names it anywhere, not in its legal basis alone.

    New wordings are kept so as they are written. Of those of an earlier release only the basis was read: they
    are looked through here, before anything is done to all that cite the act.
    """
    digits = [str(int(part)) for part in re.findall("[0-9]+", number)[:2]]
    texts = (
        *(ItemVersionRow.stem, ItemVersionRow.rationale, ItemVersionRow.legal_basis, StimulusRow.content),
        *(sa.cast(part, sa.Text) for part in (ItemVersionRow.options, ItemVersionRow.places)),
        sa.cast(ItemVersionRow.english, sa.Text),
    )
    cites = sa.exists().where(CitationRow.item_version_id == ItemVersionRow.id, CitationRow.number == number)
    query = (
        sa.select(ItemVersionRow.id)
        .outerjoin(StimulusRow, StimulusRow.id == ItemVersionRow.stimulus_id)
        .where(~cites, sa.or_(*(sa.and_(*(text.contains(part) for part in digits)) for text in texts)))
    )
    for part in in_parts(list(session.scalars(query))):
        naming = [id_ for id_, item in get_versions(session, part).items() if number in item.named_acts]
        if naming:
            rows = [{"item_version_id": id_, "number": number} for id_ in naming]
            session.execute(sa.insert(CitationRow), rows)


def list_acts(session: Session, numbers: Collection[str] | None = None) -> list[LegalActRow]:
    """The acts of the register, or those of these numbers."""
    if numbers is None:
        return list(session.scalars(sa.select(LegalActRow).order_by(LegalActRow.number)))
    wanted, found = sorted(set(numbers)), list[LegalActRow]()
    for part in in_parts(wanted):
        found.extend(session.scalars(sa.select(LegalActRow).where(LegalActRow.number.in_(part))))
    return found


def find_act(session: Session, number: str) -> LegalActRow | None:
    """The act of this (canonical) number."""
    return session.scalars(sa.select(LegalActRow).where(LegalActRow.number == number)).one_or_none()


def successors(session: Session) -> dict[str, str | None]:
    """Every act's number with the number of the act that replaces it."""
    successor = aliased(LegalActRow)
    query = sa.select(LegalActRow.number, successor.number).outerjoin(
        successor, successor.id == LegalActRow.replaced_by_id
    )
    return dict(session.execute(query).all())


def list_pending_repeals(session: Session) -> list[tuple[int, date]]:
    """Acts whose repeal has not moved their items yet, with the day on which it does."""
    query = (
        sa.select(LegalActRow.id, LegalActRow.effective_to)
        .where(LegalActRow.effective_to.is_not(None), LegalActRow.items_moved_at.is_(None))
        .order_by(LegalActRow.id)
    )
    return [(id_, day) for id_, day in session.execute(query) if day is not None]


def numbers_cited_by(session: Session, version_ids: Sequence[int]) -> dict[int, list[str]]:
    """Item version → the numbers that it cites."""
    found: dict[int, list[str]] = {}
    for part in in_parts(version_ids):
        query = sa.select(CitationRow.item_version_id, CitationRow.number).where(
            CitationRow.item_version_id.in_(part)
        )
        for version_id, number in session.execute(query):
            found.setdefault(version_id, []).append(number)
    return found


def list_citing_ids(session: Session, number: str, states: Collection[str]) -> list[int]:
    """The item versions in one of these states that cite the act."""
    query = (
        sa.select(ItemVersionRow.id)
        .join(CitationRow, CitationRow.item_version_id == ItemVersionRow.id)
        .where(CitationRow.number == number, ItemVersionRow.state.in_(states))
        .order_by(ItemVersionRow.id)
    )
    return list(session.scalars(query))


def is_cited(session: Session, number: str) -> bool:
    """Whether any wording cites the act."""
    query = sa.select(CitationRow.number).where(CitationRow.number == number).limit(1)
    return session.scalars(query).one_or_none() is not None


def count_citing(
    session: Session, numbers: Collection[str], author_id: int | None = None
) -> dict[str, States]:
    """Number → item versions that cite it, by state; of one author, or of all."""
    found: dict[str, States] = {}
    wanted = sorted(set(numbers))
    for part in in_parts(wanted):
        _add(found, session.execute(_counted(author_id).where(CitationRow.number.in_(part))))
    return found


def count_unknown(session: Session, author_id: int | None = None) -> dict[str, States]:
    """The same for the numbers that no act of the register bears; what is retired asks for none."""
    known = sa.select(LegalActRow.number)
    numbers = session.scalars(
        sa.select(CitationRow.number).distinct().where(CitationRow.number.not_in(known))
    )
    counted = count_citing(session, list(numbers), author_id)
    return {number: states for number, states in counted.items() if set(states) != {"retired"}}


def _counted(author_id: int | None) -> sa.Select[str, str, int]:
    query = (
        sa.select(CitationRow.number, ItemVersionRow.state, sa.func.count())
        .join(ItemVersionRow, ItemVersionRow.id == CitationRow.item_version_id)
        .group_by(CitationRow.number, ItemVersionRow.state)
    )
    if author_id is None:
        return query
    return query.join(ItemRow, ItemRow.id == ItemVersionRow.item_id).where(ItemRow.author_id == author_id)


def _add(found: dict[str, States], rows: Iterable[tuple[str, str, int]]) -> None:
    for number, state, count in rows:
        found.setdefault(number, {})[state] = count


def list_form_uses(session: Session, number: str, states: Collection[str], now: datetime) -> list[FormUse]:
    """Where items in these states that cite the act stand on forms of administrations not over yet."""
    query = (
        sa.select(
            ItemRow.code,
            ItemVersionRow.version,
            FormRow.code,
            AdministrationRow.code,
            AdministrationRow.starts_at,
        )
        .join(CitationRow, CitationRow.item_version_id == ItemVersionRow.id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .join(FormItemRow, FormItemRow.item_version_id == ItemVersionRow.id)
        .join(FormRow, FormRow.id == FormItemRow.form_id)
        .join(AdministrationRow, AdministrationRow.blueprint_id == FormRow.blueprint_id)
        .where(
            CitationRow.number == number,
            ItemVersionRow.state.in_(states),
            FormRow.state == "published",
            AdministrationRow.state.in_(["planned", "ready"]),
            AdministrationRow.window_ends_at > now,
        )
        .order_by(AdministrationRow.starts_at, AdministrationRow.code, FormRow.code, ItemRow.code)
    )
    return [FormUse(*row) for row in session.execute(query)]


def list_changes(session: Session, act_id: int) -> list[tuple[LegalActChangeRow, str]]:
    """What was done to an act, newest first, with who did it ("" where its day came)."""
    query = (
        sa.select(LegalActChangeRow, UserRow.display_name)
        .outerjoin(UserRow, UserRow.id == LegalActChangeRow.by)
        .where(LegalActChangeRow.legal_act_id == act_id)
        .order_by(LegalActChangeRow.id.desc())
    )
    return [(row[0], row[1] or "") for row in session.execute(query)]
