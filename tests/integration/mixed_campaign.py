"""A finished campaign whose forms mix every interaction that a computer marks; each mark is known by hand."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from examsvc.services import Services
from examsvc.store import Session
from examsvc.store.models import CurrentResponseRow, SittingRow
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Key
from scoring import ItemParams, simulate_responses
from tests.every_interaction import EXAMPLES
from tests.integration.laid_items import Made, lay_item
from tests.integration.measured_campaign import (
    AT,
    N_FORMS,
    N_ITEMS,
    N_SITTINGS,
    STAFF,
    TOPICS,
    Measured,
    lay_campaign,
    lay_framework,
    lay_sittings,
    lay_user,
    places_of,
)
from tests.integration.snapshots import after

NOTHING, ALL, HALF, QUARTER = Fraction(0), Fraction(1), Fraction(1, 2), Fraction(1, 4)
# Written by hand from the keys in tests/every_interaction.py: no code of ours had a say.
BY_HAND: dict[Interaction, tuple[tuple[str, Fraction], ...]] = {
    Interaction.SINGLE_CHOICE: (("A", NOTHING), ("B", ALL)),
    Interaction.STATEMENTS: (
        ("B>P1 A>P2 A>P3 B>P4", NOTHING),
        ("A>P1 A>P2 A>P3 B>P4", Fraction(1, 10)),
        ("A>P1 B>P2 A>P3 B>P4", QUARTER),
        ("A>P1 B>P2 B>P3 B>P4", HALF),
        ("A>P1 B>P2 B>P3 A>P4", ALL),
    ),
    Interaction.MULTIPLE_RESPONSE: (("B", NOTHING), ("A", HALF), ("A C", ALL)),
    Interaction.TRUE_FALSE: (("B", NOTHING), ("A", ALL)),
    Interaction.ORDER: (("B A D C", NOTHING), ("B C A D", QUARTER), ("A B D C", HALF), ("A B C D", ALL)),
    Interaction.NUMERIC: (("12", NOTHING), ("12,54", ALL)),
    Interaction.MATCH: (("C>P1", NOTHING), ("A>P1 C>P2", HALF), ("A>P1 B>P2", ALL)),
    Interaction.SHORT_TEXT: (("VNACC", NOTHING), ("vnaccs", ALL)),
    Interaction.INLINE_CHOICE: (("B>P1 D>P2", NOTHING), ("A>P1 D>P2", HALF), ("A>P1 C>P2", ALL)),
    Interaction.HOTSPOT: (("P1", NOTHING), ("P2", ALL)),
    Interaction.GAP_MATCH: (("B>P1", NOTHING), ("A>P1", HALF), ("A>P1 B>P2", ALL)),
    Interaction.HOTTEXT: (("P1", NOTHING), ("P2", ALL)),
}
KINDS = tuple(BY_HAND)


@dataclass(frozen=True, slots=True)
class Mixed:
    """As `Measured`; shares: of each sitting the share of each item's mark, by item version."""

    measured: Measured
    shares: dict[int, dict[int, Fraction]]
    truth: ItemParams


def kind_of(place: int) -> Interaction:
    return KINDS[place % len(KINDS)]


def lay_mixed_campaign(deps: Services, *, password: str | None = None) -> Mixed:
    """Every sitting submitted, nothing calibrated or scored yet."""
    return after(deps.store, f"mixed, password {password}", lambda: _lay(deps, password))


def _lay(deps: Services, password: str | None) -> Mixed:
    secret = deps.passwords.hash(password) if password else None
    rng = np.random.default_rng(20261128)
    with deps.store.begin() as session:
        staff = {name: lay_user(session, name, role, secret) for name, role in STAFF.items()}
        topics = lay_framework(session)
        versions = _lay_items(session, staff["author"].user_id, topics)
        campaign, administration, forms = lay_campaign(session, staff["manager"].user_id, versions)
        theta = rng.normal(size=N_SITTINGS)
        sittings = lay_sittings(session, administration, forms)
        truth = _truth(rng)
        shares = _lay_responses(session, (sittings, versions), simulate_responses(theta, truth, rng))
        met = {
            place: sum(place in places_of(n % N_FORMS) for n in range(N_SITTINGS)) for place in range(N_ITEMS)
        }
        ids = tuple(sitting.id for sitting in sittings)
        measured = Measured(staff, campaign.id, tuple(versions), ids, tuple(theta.tolist()), met)
        return Mixed(measured, shares, truth)


def _lay_items(session: Session, author_id: int, topics: dict[str, int]) -> list[int]:
    versions = []
    for place in range(N_ITEMS):
        example, topic = EXAMPLES[kind_of(place)], TOPICS[place % 4]
        version = lay_item(
            session,
            f"{topic}-{place:03d}",
            topics[topic],
            Made(author_id, AT),
            made_of=(example.asked, example.key),
            cognitive_level="apply",
            stem=f"<p>Câu {place}</p>",
            judged_share=0.6,
        )
        versions.append(version.id)
    return versions


def _truth(rng: np.random.Generator) -> ItemParams:
    parts = []
    for place in range(N_ITEMS):
        n_steps = len(BY_HAND[kind_of(place)]) - 1
        a, b = rng.lognormal(0.1, 0.2), rng.normal(-0.2, 0.7)
        if n_steps == 1:
            parts.append(ItemParams.two_pl([a], [b]))
        else:
            steps = b + 0.8 * (np.arange(n_steps) - (n_steps - 1) / 2)
            parts.append(ItemParams.polytomous([a], steps[None, :]))
    return ItemParams.concat(parts)


def _lay_responses(
    session: Session, laid: tuple[list[SittingRow], list[int]], marks: Any
) -> dict[int, dict[int, Fraction]]:
    sittings, versions = laid
    rows, shares = [], {}
    for number, sitting in enumerate(sittings):
        places = places_of(number % N_FORMS)
        shares[sitting.id] = {}
        for place in places:
            response, share = BY_HAND[kind_of(place)][marks[number, place]]
            shares[sitting.id][versions[place]] = share
            rows.append(
                {
                    "sitting_id": sitting.id,
                    "item_version_id": versions[place],
                    "response": response,
                    "epoch": 1,
                    "seq": place,
                    "flagged": False,
                    "struck": [],
                    "note": "",
                }
            )
    session.bulk_insert_mappings(CurrentResponseRow, rows)
    return shares


def wholly(key: Key) -> Key:
    """The same key without credit for parts."""
    return Key(key.version + 1, key.accepted)
