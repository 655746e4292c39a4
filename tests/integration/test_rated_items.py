"""Essays and practical tasks: on no form that the computer marks, and the blueprint says so."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from examsvc.services import Services
from examsvc.store.models import BlueprintCellRow, BlueprintRow, ItemVersionRow, TopicRow
from tests.integration.measured_campaign import lay_measured_campaign
from tests.integration.signing_in import sign_in

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
PASSWORD = "tay-nải-xanh-7"


def test_a_blueprint_says_how_many_items_of_its_cells_people_mark(services: Services, app: Flask):
    measured = lay_measured_campaign(services, password=PASSWORD)
    with services.store.begin() as session:
        blueprint = session.scalars(sa.select(BlueprintRow)).one()
        topic = session.scalars(sa.select(TopicRow).where(TopicRow.code == "T01")).one()
        session.add(
            BlueprintCellRow(
                blueprint_id=blueprint.id,
                topic_id=topic.id,
                cognitive_level="apply",
                n_items=blueprint.n_items,
            )
        )
        blueprint_id = blueprint.id
    browser, page = sign_in(app, "manager", PASSWORD), f"/blueprints/{blueprint_id}"
    said = "items of these cells are essays or practical tasks"
    assert said not in browser.get(page).text
    essays = [version_id for place, version_id in enumerate(measured.version_ids) if place in (0, 4, 5)]
    with services.store.begin() as session:
        session.execute(
            sa.update(ItemVersionRow).where(ItemVersionRow.id.in_(essays)).values(interaction="essay")
        )
    assert f"2 {said}" in browser.get(page).text  # the third is of another topic
