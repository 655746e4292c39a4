"""An item of every interaction in the bank, on a form, in the log, on both databases."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import pytest
import sqlalchemy as sa

from examsvc.services import Services
from examsvc.services.bank import add_item, edit_draft, new_version, submit_for_review
from examsvc.services.bank_views import view_item
from examsvc.services.media import add_media
from examsvc.services.rendering import render_items
from examsvc.store.forms_delivery import DeliveredWording
from examsvc.store.migrate import migrate
from examsvc.store.models import StimulusRow
from item_bank.errors import InvalidItem
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import WHOLE, share
from item_bank.media import reference
from item_bank.rendering import places_shown
from item_bank.stimulus import Stimulus
from item_bank.translation import Translation
from item_bank.wording import Wording
from tests.every_interaction import EXAMPLES
from tests.integration.schema_steps import go_back
from tests.integration.test_bank import Cast
from tests.unit.item_bank.pictures import png

pytestmark = pytest.mark.integration
every_interaction = pytest.mark.parametrize("interaction", list(Interaction))


@pytest.fixture
def people(services: Services) -> Cast:
    return Cast(services)


def wording_of(services: Services, people: Cast, interaction: Interaction) -> Wording:
    example = EXAMPLES[interaction]
    stem = example.stem
    if example.picture:
        stem = stem.format(picture=reference(add_media(services, people.author, png(4, 4)), "Cửa"))
    return Wording("T01-1", "T01", "apply", stem, example.asked, example.key, "Luật Hải quan 2014")


@every_interaction
def test_an_item_of_every_interaction_is_kept_as_it_was_written(
    services: Services, people: Cast, interaction: Interaction
):
    wording = wording_of(services, people, interaction)
    wording = replace(wording, stimulus=Stimulus("TL-1", "<p>Tờ khai</p>"))
    view = view_item(services, people.author, add_item(services, people.author, wording))
    asked, key = view.item.asked, view.key
    assert view.item.interaction is interaction
    assert sorted(one.content for one in asked.options) == sorted(
        one.content for one in wording.asked.options
    )
    assert [one.content for one in asked.places] == [one.content for one in wording.asked.places]
    assert [one.area for one in asked.places] == [one.area for one in wording.asked.places]
    assert asked.at_most == wording.asked.at_most
    assert view.item.stimulus == wording.stimulus
    facts = ("credit", "tolerance", "with_case", "with_marks", "rubric", "weights")
    assert all(getattr(key, fact) == getattr(wording.key, fact) for fact in facts)
    if not asked.kind.rated:
        assert share(asked, key, key.accepted[0]) == WHOLE


@every_interaction
def test_a_draft_may_change_its_interaction_and_a_copy_keeps_it(
    services: Services, people: Cast, interaction: Interaction
):
    version_id = add_item(services, people.author, wording_of(services, people, Interaction.SINGLE_CHOICE))
    edit_draft(services, people.author, version_id, wording_of(services, people, interaction))
    changed = view_item(services, people.author, version_id)
    assert changed.item.interaction is interaction
    submit_for_review(services, people.author, [version_id])
    copied = view_item(services, people.author, new_version(services, people.author, version_id))
    assert dataclasses.replace(copied.item, version=1) == changed.item
    assert replace(copied.key, version=changed.key.version) == changed.key


@every_interaction
def test_a_candidate_reads_every_place_and_no_solution(
    services: Services, people: Cast, interaction: Interaction
):
    item = view_item(
        services, people.author, add_item(services, people.author, wording_of(services, people, interaction))
    ).item
    with services.store.read() as session:
        [shown] = render_items(session, [DeliveredWording(item.stem, item.asked)])
    assert shown.stem.count('class="place"') == (len(item.asked.places) if item.asked.kind.in_stem else 0)
    assert not places_shown(shown.stem)


def test_an_english_wording_has_every_part_of_the_vietnamese_one(services: Services, people: Cast):
    wording = wording_of(services, people, Interaction.SINGLE_CHOICE)
    with pytest.raises(InvalidItem, match="TRANSLATION_INCOMPLETE"):
        add_item(services, people.author, replace(wording, english=Translation("How long?", {"A": "2 h"})))
    english = Translation("How long?", {"A": "2 h", "B": "4 h", "C": "6 h"}, rationale="By law")
    view = view_item(
        services, people.author, add_item(services, people.author, replace(wording, english=english))
    )
    assert view.item.english == english


@pytest.mark.parametrize(
    ("interaction", "change", "code"),
    [
        (Interaction.GAP_MATCH, {"stem": r"Nộp \([[P1]]\) trước [[P2]]."}, "PLACE_NOT_IN_STEM"),
        (Interaction.HOTSPOT, {"stem": "Ở đâu?"}, "NO_PICTURE"),
        (Interaction.ORDER, {"key": EXAMPLES[Interaction.SINGLE_CHOICE].key}, "KEY_NO_RESPONSE"),
        (Interaction.ESSAY, {"key": EXAMPLES[Interaction.SINGLE_CHOICE].key}, "KEY_UNEXPECTED"),
    ],
)
def test_what_no_candidate_could_respond_to_is_refused(
    services: Services, people: Cast, interaction: Interaction, change, code
):
    with pytest.raises(InvalidItem, match=code):
        add_item(services, people.author, replace(wording_of(services, people, interaction), **change))


def test_items_of_a_set_share_one_stimulus_and_a_changed_one_is_a_new_version(
    services: Services, people: Cast
):
    wording = wording_of(services, people, Interaction.SINGLE_CHOICE)
    ids = [
        add_item(
            services,
            people.author,
            replace(wording, code=f"T01-{n}", stem=f"Câu {n}?", stimulus=Stimulus("TL-1", text)),
        )
        for n, text in enumerate(("Tờ khai", "Tờ khai", "Tờ khai sửa"), 1)
    ]
    views = [view_item(services, people.author, id_) for id_ in ids]
    assert [view.item.stimulus for view in views] == [
        Stimulus("TL-1", "Tờ khai"),
        Stimulus("TL-1", "Tờ khai"),
        Stimulus("TL-1", "Tờ khai sửa"),
    ]


def test_a_stimulus_keeps_its_english_text_and_another_one_is_a_new_version(services: Services, people: Cast):
    wording = wording_of(services, people, Interaction.SINGLE_CHOICE)
    texts = ["", "Declaration", "Declaration", "<b>Customs</b> declaration"]
    ids = [
        add_item(
            services,
            people.author,
            replace(wording, code=f"T01-{n}", stem=f"Câu {n}?", stimulus=Stimulus("TL-1", "Tờ khai", text)),
        )
        for n, text in enumerate(texts, 1)
    ]
    views = [view_item(services, people.author, id_) for id_ in ids]
    assert [view.item.stimulus for view in views] == [Stimulus("TL-1", "Tờ khai", text) for text in texts]
    with services.store.read() as session:
        versions = session.scalars(sa.select(StimulusRow.version).order_by(StimulusRow.id)).all()
    assert list(versions) == [1, 2, 3]


def test_stimuli_of_before_the_migration_are_in_vietnamese_alone(services: Services, people: Cast):
    wording = wording_of(services, people, Interaction.SINGLE_CHOICE)
    wording = replace(wording, code="T01-1", stimulus=Stimulus("TL-1", "Tờ khai"))
    id_ = add_item(services, people.author, wording)
    go_back(services.store, "0018")
    columns = {column["name"] for column in sa.inspect(services.store.writer).get_columns("stimulus")}
    assert "english" not in columns
    migrate(services.store)
    assert view_item(services, people.author, id_).item.stimulus == wording.stimulus
