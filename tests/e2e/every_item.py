"""A form with an item of every interaction, laid over one of the sample's; what a candidate reads of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import sqlalchemy as sa

from examsvc.services import Services
from examsvc.store import Session, database_now
from examsvc.store.item_parts import keep_translation, write_asked, write_key
from examsvc.store.models import FormItemRow, ItemKeyRow, ItemVersionRow, MediaRow, SittingRow, StimulusRow
from item_bank.interactions.asked import Area, Asked
from item_bank.interactions.kinds import Interaction
from item_bank.media import reference
from item_bank.translation import Translation
from tests.every_interaction import EXAMPLES

KINDS: Final = tuple(EXAMPLES)
NUMBERS: Final = {interaction: number for number, interaction in enumerate(KINDS, 1)}
WITH_STIMULUS: Final = (Interaction.ESSAY, Interaction.PRACTICAL)
STIMULUS: Final = "<p>Công ty A nhập khẩu 120 xe ô tô con đã qua sử dụng.</p>" * 30
ENGLISH_STIMULUS: Final = "<p>Company A imports 120 used passenger cars.</p>" * 30
ENGLISH: Final = {
    Interaction.SINGLE_CHOICE: Translation(
        "How long is the time limit?", {"A": "2 hours", "B": "4 hours", "C": "6 hours"}
    ),
    Interaction.GAP_MATCH: Translation(
        "The declarant pays [[P1]] before [[P2]].", {"A": "the duty", "B": "the release", "C": "the fine"}
    ),
    Interaction.ESSAY: Translation("Describe the principles of risk management."),
}
_AREAS: Final = (Area("rect", (20, 20, 300, 200)), Area("circle", (480, 300, 90)))


def asked_of(interaction: Interaction) -> Asked:
    """What the item asks for; its areas are large enough for a mouse."""
    asked = EXAMPLES[interaction].asked
    if interaction is not Interaction.HOTSPOT:
        return asked
    places = zip(asked.places, _AREAS, strict=True)
    return replace(asked, places=tuple(replace(place, area=area) for place, area in places))


def lay_every_interaction(deps: Services, administration_id: int) -> None:
    """The first items of each form of this exam become one of each interaction, in the order of KINDS."""
    with deps.store.begin() as session:
        rows = session.execute(
            sa.select(FormItemRow.ordinal, ItemVersionRow)
            .join(ItemVersionRow, ItemVersionRow.id == FormItemRow.item_version_id)
            .join(SittingRow, SittingRow.form_id == FormItemRow.form_id)
            .where(SittingRow.administration_id == administration_id, FormItemRow.ordinal <= len(KINDS))
        ).all()
        picture = session.scalars(sa.select(MediaRow.sha256).order_by(MediaRow.sha256)).first()
        stimulus = _stimulus(session, rows[0][1].created_by)
        for row, interaction in {row: KINDS[ordinal - 1] for ordinal, row in rows}.items():
            lay_interaction(session, row, interaction, str(picture))
            row.stimulus_id = stimulus if interaction in WITH_STIMULUS else None
            row.english = keep_translation(ENGLISH.get(interaction))


def lay_interaction(session: Session, row: ItemVersionRow, interaction: Interaction, picture: str) -> None:
    """The wording becomes the example of this interaction, with a key of its own after those it had."""
    example = EXAMPLES[interaction]
    row.stem = example.stem.replace("{picture}", reference(picture, "Hai mặt của container"))
    write_asked(row, asked_of(interaction))
    versions = sa.select(sa.func.max(ItemKeyRow.version)).where(ItemKeyRow.item_version_id == row.id)
    key = ItemKeyRow(
        item_version_id=row.id, reason="Thử", created_by=row.created_by, created_at=database_now(session)
    )
    write_key(key, replace(example.key, version=(session.scalar(versions) or 0) + 1))
    session.add(key)


def _stimulus(session: Session, user_id: int) -> int:
    row = StimulusRow(
        code="TL-E2E",
        version=1,
        content=STIMULUS,
        english=ENGLISH_STIMULUS,
        content_hash="0" * 64,
        created_by=user_id,
        created_at=database_now(session),
    )
    session.add(row)
    session.flush()
    return row.id
