"""Taking in an author's file of any format: all of its items, or those that he says, or none."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.ports import StagedProgress
from examsvc.services.assignment_choice import FITTING
from examsvc.services.audit import record_act
from examsvc.services.bank import store_items
from examsvc.services.bank_errors import ImportIncomplete
from examsvc.services.citations import CitedAct, look_up
from examsvc.services.deps import Services
from examsvc.services.import_report import Answers, Report, report_of
from examsvc.services.similar_items import stems_of_bank
from examsvc.store import Session, database_now, media
from examsvc.store import bank as store
from examsvc.store.models import BankImportRow
from examsvc.store.topics import list_topics
from item_bank.enemies import enemy_pairs
from item_bank.errors import InvalidItem
from item_bank.formats.catalog import FileFormat
from item_bank.formats.foreign import BankFacts, Fate, ForeignBank, Remark
from item_bank.formats.recognition import read_any
from item_bank.intake import Intake, IntakeLine, Known, Taken, take_in
from item_bank.media import read_picture, references
from item_bank.near_duplicates import Stems, nearest_earlier
from item_bank.pool import Pool
from item_bank.similarity import reading_of
from item_bank.taxonomy import CognitiveLevel

NEAR_DUPLICATE_FROM: Final = 0.85


@dataclass(frozen=True, slots=True)
class File:
    """What an author uploaded."""

    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Order:
    """What to do with a checked file.

    without_refused : leave out the items that cannot be taken; else they keep the whole file out
    """

    answers: Answers = field(default_factory=Answers)
    assignment: str = FITTING
    without_refused: bool = False


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What was made, and how many items of the file were left out as ordered."""

    import_id: int
    version_ids: tuple[int, ...]
    n_left_out: int


def _silent(done: int, total: int, stage: str = "") -> None:  # noqa: ARG001
    return


def check_file(
    deps: Services,
    actor: Actor,
    file: File,
    answers: Answers | None = None,
    progress: StagedProgress = _silent,
) -> Report:
    """What importing this file would do; raises ImportRefused when it can be read by no reader."""
    permit(actor, "items.write")
    answers = answers or Answers()
    form, bank = _read(file, progress)
    intake = _taken_in(deps, actor, bank, answers, progress)
    intake = replace(intake, lines=tuple(_with_warnings(deps, intake)))
    return report_of(actor.user_id, (file.name[:200], file.sha256, form.value), intake, answers)


def import_file(
    deps: Services, actor: Actor, file: File, order: Order | None = None, progress: StagedProgress = _silent
) -> ImportOutcome:
    """Store the file's items as drafts of the actor, in one transaction.

    The file is read outside of it: parsing is slow, and the one writer must not wait for it. Should others
    have added items meanwhile, it is held against the bank again.

    Raises ImportRefused for what no reader reads, ImportIncomplete where items cannot be taken and the order
    does not say to leave them out, InvalidItem for an assignment that does not fit. Nothing is stored then.
    """
    permit(actor, "items.write")
    order = order or Order()
    form, bank = _read(file, progress)
    while True:
        intake = _taken_in(deps, actor, bank, order.answers, progress)
        n_refused = intake.count(Fate.REFUSED)
        if not intake.taken or (n_refused and not order.without_refused):
            raise ImportIncomplete("IMPORT_INCOMPLETE", refused=n_refused, usable=len(intake.taken))
        progress(0, 1, "storing")
        with deps.store.begin() as session:
            store.lock_bank(session)
            codes = {code.casefold() for code in store.item_ids(session)}
            if codes.isdisjoint(taken.item.code.casefold() for taken in intake.taken):
                return _stored(session, actor, (file, form), (intake, order))


def _stored(
    session: Session, actor: Actor, what: tuple[File, FileFormat], how: tuple[Intake, Order]
) -> ImportOutcome:
    (file, form), (intake, order) = what, how
    _keep_pictures(session, actor, intake)
    taken = intake.taken
    stored = store_items(session, actor, [(one.item, one.key) for one in taken], order.assignment)
    pairs = enemy_pairs({one.item.code: one.enemies for one in taken})
    if pairs:
        store.add_enemies(session, pairs, store.item_ids(session))
    import_id = _record(session, actor, (file, form), (taken, order, intake.count(Fate.REFUSED)))
    return ImportOutcome(import_id, tuple(version.id for version in stored), intake.count(Fate.REFUSED))


def _read(file: File, progress: StagedProgress) -> tuple[FileFormat, ForeignBank]:
    progress(0, 1, "reading")
    return read_any(file.name, file.data, lambda done, total: progress(done, total, "reading"))


def _taken_in(
    deps: Services, actor: Actor, bank: ForeignBank, answers: Answers, progress: StagedProgress
) -> Intake:
    with deps.store.read() as session:
        known = Known(
            topics={topic.code for topic in list_topics(session)},
            codes=set(store.item_ids(session)),
            media=media.list_names(session),
        )
    return take_in(
        bank,
        known,
        _facts_of(answers),
        str(actor.user_id),
        lambda done, total: progress(done, total, "checking"),
    )


def _facts_of(answers: Answers) -> BankFacts:
    """Raises InvalidItem, with the field, for an answer that is none of those offered."""
    if answers.level and answers.level not in set(CognitiveLevel):
        raise InvalidItem("UNKNOWN_LEVEL", field="level", value=answers.level)
    if answers.pool and answers.pool not in set(Pool):
        raise InvalidItem("UNKNOWN_POOL", field="pool", value=answers.pool)
    return BankFacts(
        code=answers.code or None,
        topic=answers.topic or None,
        cognitive_level=CognitiveLevel(answers.level) if answers.level else None,
        legal_basis=answers.legal_basis,
        pool=Pool(answers.pool) if answers.pool else None,
    )


def _keep_pictures(session: Session, actor: Actor, intake: Intake) -> None:
    """The pictures of the file that its items show. Raises InvalidMedia: all that is in the bank is whole."""
    now = database_now(session)
    shown = references(*(text for one in intake.taken for text in one.item.texts.values()))
    for sha256 in shown:
        if sha256 in intake.pictures:
            picture = read_picture(intake.pictures[sha256])
            media.add_picture(session, sha256, picture, actor.user_id, now)


def _with_warnings(deps: Services, intake: Intake) -> list[IntakeLine]:
    """Warned, not refused: the author may know better, or be about to bring just these items up to date."""
    cited = {line.number: line.taken.item.named_acts for line in intake.lines if line.taken}
    with deps.store.read() as session:
        register = look_up(session, {number for numbers in cited.values() for number in numbers})
    alike = _alike(stems_of_bank(deps), intake)
    return [
        replace(
            line,
            warnings=(
                *(
                    _repealed(register[number])
                    for number in cited.get(line.number, ())
                    if register[number].is_repealed
                ),
                *alike.get(line.number, ()),
            ),
        )
        for line in intake.lines
    ]


def _alike(bank: Stems, intake: Intake) -> dict[int, list[Remark]]:
    """Against the bank and, where nothing there is as much alike, against the items before."""
    taken = [(line.number, line.taken.item) for line in intake.lines if line.taken]
    in_file = {
        later: (taken[earlier][1].code, score)
        for earlier, later, score in nearest_earlier([item.stem for _n, item in taken], NEAR_DUPLICATE_FROM)
    }
    found: dict[int, list[Remark]] = {}
    for place, (number, item) in enumerate(taken):
        like = bank.nearest(reading_of(item.stem).stem_grams, NEAR_DUPLICATE_FROM)
        nearer = in_file.get(place)
        if nearer is not None and (like is None or nearer[1] > like[1]):
            like = nearer
        if like is not None:
            facts = {"other": like[0], "score": round(like[1], 2)}
            found.setdefault(number, []).append(Remark("NEAR_DUPLICATE", facts))
    return found


def _repealed(act: CitedAct) -> Remark:
    return Remark("REPEALED_ACT", {"number": act.number, "successor": act.successor})


def _record(
    session: Session,
    actor: Actor,
    what: tuple[File, FileFormat],
    how: tuple[Sequence[Taken], Order, int],
) -> int:
    (file, form), (taken, order, n_left_out) = what, how
    row = BankImportRow(
        filename=file.name[:200],
        sha256=file.sha256,
        created_by=actor.user_id,
        created_at=database_now(session),
        n_items=len(taken),
    )
    session.add(row)
    session.flush()
    record_act(
        session,
        actor,
        "items.import",
        f"bank_import:{row.id}",
        filename=row.filename,
        format=form.value,
        sha256=row.sha256,
        codes=[one.item.code for one in taken],
        n_left_out=n_left_out,
        assignment=order.assignment,
    )
    return row.id
