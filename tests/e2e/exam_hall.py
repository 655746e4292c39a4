"""Exams laid into a served copy of the sample, and what staff do on their screens while one runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from examsvc.adapters.kept_files import FolderFiles
from examsvc.adapters.memory import InlineQueue, MemoryPresence
from examsvc.adapters.passwords import Argon2Passwords
from examsvc.sample.exams import TRIAL, check_in_all
from examsvc.sample.staff import actor
from examsvc.services import Services, campaigns
from examsvc.services.campaigns import NewAdministration, NewCampaign
from examsvc.store import Store, database_now
from examsvc.store.campaigns import list_regions
from examsvc.store.models import SittingRow
from examsvc.store.rows import get_row
from tests.integration.laid_campaign import move_start, now_of

Rooms = tuple[tuple[str, int], ...]  # names with their stations
Section = tuple[int, str, str, int | None]  # first item, name in Vietnamese, in English, limit in seconds
CANARY = "KHOA-CANARY-7f3a"


@dataclass(frozen=True, slots=True)
class Seat:
    """One candidate's place: everything a test needs to sit there, or to find the seat on a screen."""

    sitting: int
    username: str
    number: str
    room: int
    administration: int

    @property
    def page(self) -> str:
        return f"/sittings/{self.sitting}"

    @property
    def room_page(self) -> str:
        return f"/rooms/{self.room}"


@dataclass
class Hall:
    """An administration with its seats; each test takes the next free one."""

    home: Path
    administration: int
    seats: list[Seat]
    _free: Iterator[Seat] = field(init=False)

    def __post_init__(self) -> None:
        self._free = iter(self.seats)

    def take_seat(self) -> Seat:
        return next(self._free)


@contextmanager
def open_services(home: Path) -> Iterator[Services]:
    """The services over a home whose server does not run: the embedded database has one writer."""
    store = Store.connect(f"sqlite:///{home / 'examsvc.db'}")
    try:
        yield Services(
            store=store,
            queue=InlineQueue(),
            presence=MemoryPresence(),
            passwords=Argon2Passwords(1),
            files=FolderFiles(home / "exports"),  # where the server will look for them
            uploads=FolderFiles(home / "uploads"),
        )
    finally:
        store.dispose()


def query(home: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Read the file as it stands on the disk, beside the running server."""
    with closing(sqlite3.connect(f"file:{home / 'examsvc.db'}?mode=ro", uri=True)) as connection:
        return connection.execute(sql, values).fetchall()


def lay_passwords_and_canaries(home: Path) -> None:
    """Everybody gets the sample's password, and every key a word that nothing else bears."""
    with closing(sqlite3.connect(home / "examsvc.db")) as connection, connection:
        connection.execute(
            "UPDATE user_account SET password_hash ="
            " (SELECT password_hash FROM user_account WHERE username = 'chu_tich')"
            " WHERE password_hash IS NULL"
        )
        connection.execute(
            "INSERT INTO item_key (item_version_id, version, option_id, rule, reason, created_by, created_at)"
            " SELECT item_version_id, version + 1, option_id, rule, ?, created_by, created_at FROM item_key",
            (CANARY,),
        )


def plan_exam(
    home: Path,
    deps: Services,
    names: tuple[str, str, str],
    exam_rooms: Rooms,
    pack: str = "INTERNAL_CA",
) -> tuple[int, int]:
    """An approved exam of the first region's supervision inspectors; `names`: code, Vietnamese, English.

    Returns the campaign and its one administration, `CODE-GSQL`, an hour before its start.
    """
    code, name_vi, name_en = names
    [(blueprint_id, scale_id)] = query(
        home,
        "SELECT a.blueprint_id, c.level_scale_id FROM administration a"
        " JOIN campaign c ON c.id = a.campaign_id WHERE c.code = ?",
        TRIAL,
    )
    secretary, chairman = actor(deps, "thu_ky"), actor(deps, "chu_tich")
    with deps.store.read() as session:
        region = list_regions(session)[0]
    campaign_id = campaigns.create_campaign(
        deps, secretary, NewCampaign(code, name_vi, name_en, pack, scale_id)
    )
    begins = now_of(deps) + timedelta(hours=1)
    new = NewAdministration(campaign_id, f"{code}-GSQL", blueprint_id, begins, exam_rooms)
    administration_id = campaigns.add_administration(deps, secretary, new)
    campaigns.fill_roster(deps, secretary, administration_id, region=region)
    campaigns.approve_campaign(deps, chairman, campaign_id)
    return campaign_id, administration_id


def lay_running_exam(
    home: Path,
    code: str,
    started_ago_s: float = 20.0,
    *,
    pack: str = "INTERNAL_CA",
    sections: Sequence[Section] = (),
) -> Hall:
    """An exam of the first region's supervision inspectors that has begun, everybody checked in."""
    names = (code, f"Kỳ {code}", f"Campaign {code}")
    with open_services(home) as deps:
        campaign_id, administration_id = plan_exam(home, deps, names, (("P1", 25), ("P2", 25)), pack)
        check_in_all(deps, campaign_id, list)
        move_start(deps, administration_id, started_ago_s)
    lay_forms(home, administration_id, sections)
    return find_hall(home, f"{code}-GSQL")


PLAIN = "interaction = 'single_choice' AND stimulus_id IS NULL AND english IS NULL"


def lay_forms(home: Path, administration_id: int, sections: Sequence[Section]) -> None:
    """Everybody of this exam gets a copy of his form, perhaps cut into sections, and no other exam gets it.

    Its items are single choices alone: what they test is the player around the items.
    """
    with closing(sqlite3.connect(home / "examsvc.db")) as connection, connection:
        forms = connection.execute(
            "SELECT DISTINCT form_id FROM sitting WHERE administration_id = ?", (administration_id,)
        ).fetchall()
        taken: set[int] = set()
        for (form_id,) in forms:
            copy = connection.execute(
                "INSERT INTO form (code, blueprint_id, assembly_run_id, state, checksum, created_at,"
                " published_by, published_at) SELECT code || '-' || ?, blueprint_id, assembly_run_id,"
                " 'withdrawn', checksum, created_at, published_by, published_at FROM form WHERE id = ?",
                (administration_id, form_id),
            ).lastrowid
            connection.execute(
                "INSERT INTO form_item SELECT ?, ordinal, item_version_id, scored FROM form_item"
                " WHERE form_id = ?",
                (copy, form_id),
            )
            taken |= _make_plain(connection, int(copy or 0), taken)
            connection.executemany(
                "INSERT INTO form_section (form_id, ordinal, first_item, name_vi, name_en, limit_s)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [(copy, ordinal, *section) for ordinal, section in enumerate(sections, start=1)],
            )
            for table in ("sitting", "candidate"):
                connection.execute(
                    f"UPDATE {table} SET form_id = ? WHERE form_id = ? AND administration_id = ?",
                    (copy, form_id, administration_id),
                )


def _make_plain(connection: sqlite3.Connection, form_id: int, taken: set[int]) -> set[int]:
    """Single choices that no form has take the places of the form's other items; returns which."""
    places = connection.execute(
        "SELECT ordinal FROM form_item JOIN item_version ON item_version.id = item_version_id"
        f" WHERE form_id = ? AND NOT ({PLAIN}) ORDER BY ordinal",
        (form_id,),
    ).fetchall()
    others = connection.execute(
        f"SELECT id FROM item_version WHERE state = 'operational' AND {PLAIN}"
        " AND id NOT IN (SELECT item_version_id FROM form_item JOIN form ON form.id = form_id"
        "  WHERE blueprint_id = (SELECT blueprint_id FROM form WHERE id = ?)) ORDER BY id",
        (form_id,),
    ).fetchall()
    free = [other for (other,) in others if other not in taken][: len(places)]
    connection.executemany(
        "UPDATE form_item SET item_version_id = ? WHERE form_id = ? AND ordinal = ?",
        [(other, form_id, ordinal) for (ordinal,), other in zip(places, free, strict=True)],
    )
    return set(free)


def lay_stem(home: Path, administration_id: int, number: int, stem: str) -> None:
    """Everybody of this exam finds this wording as his item with the number, whatever his form is."""
    with closing(sqlite3.connect(home / "examsvc.db")) as connection, connection:
        connection.execute(
            "UPDATE item_version SET stem = ? WHERE id IN (SELECT f.item_version_id FROM form_item f"
            " JOIN sitting s ON s.form_id = f.form_id WHERE s.administration_id = ? AND f.ordinal = ?)",
            (stem, administration_id, number),
        )


def stop_clock(home: Path, sitting: int) -> None:
    """Let the sitting stand still, as it does after a proctor's word; its server does not run meanwhile."""
    with open_services(home) as deps, deps.store.begin() as session:
        get_row(session, SittingRow, sitting, lock=True).paused_at = database_now(session)


def find_hall(home: Path, administration_code: str) -> Hall:
    """The seats of an administration, as they stand on its roster."""
    seats = query(
        home,
        "SELECT s.id, u.username, c.number, c.exam_room_id, s.administration_id FROM sitting s"
        " JOIN candidate c ON c.id = s.candidate_id JOIN user_account u ON u.id = s.user_id"
        " JOIN administration a ON a.id = s.administration_id WHERE a.code = ? ORDER BY c.number",
        administration_code,
    )
    return Hall(home, seats[0][4], [Seat(*seat) for seat in seats])


def check_in(proctor: Page, seat: Seat) -> None:
    """The proctor presses the button in the candidate's row."""
    proctor.goto(seat.room_page)
    proctor.locator(f"#seat-{seat.sitting} form.check-in button").click()
    expect(proctor.locator(".alert-success")).to_be_visible()


def seat_dialog(proctor: Page, seat: Seat) -> None:
    """The proctor opens what can be done for the candidate."""
    proctor.goto(seat.room_page)
    proctor.locator(f"#seat-{seat.sitting} [data-dialog]").click()
    expect(proctor.locator("#seat-dialog")).to_be_visible()


def extend(proctor: Page, seat: Seat, minutes: int, reason: str) -> None:
    """The proctor gives this candidate more time."""
    seat_dialog(proctor, seat)
    form = proctor.locator('#seat-dialog form[action$="/extend"]')
    form.locator("[name=minutes]").fill(str(minutes))
    form.locator("[name=reason]").fill(reason)
    form.locator("button").click()
    expect(proctor.locator(".alert-success")).to_be_visible()


def allow_takeover(proctor: Page, seat: Seat, reason: str) -> None:
    """The proctor lets this candidate go on at another machine."""
    seat_dialog(proctor, seat)
    form = proctor.locator('#seat-dialog form[action$="/takeover"]')
    form.locator("[name=reason]").fill(reason)
    form.locator("button").click()
    expect(proctor.locator(".alert-success")).to_be_visible()


def start_in_ten_seconds(chairman: Page, administration_id: int) -> None:
    """The chairman starts the exam from its page, with a reason."""
    chairman.goto(f"/administrations/{administration_id}")
    chairman.locator("details:has(#start-reason) summary").click()
    chairman.fill("#start-reason", "Đủ thí sinh, trước hai nhân chứng")
    chairman.locator('form[action$="/start"] button').click()
    expect(chairman.locator(".alert-success")).to_be_visible()
