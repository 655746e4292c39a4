"""From a position's weights to published forms: blueprint, approval, assembly, replay, publishing."""

from collections import Counter
from dataclasses import replace

import pytest
import sqlalchemy as sa

from examsvc.accounts.errors import Forbidden
from examsvc.assembly.blueprint import Cell
from examsvc.assembly.certificate import certificate_checksum
from examsvc.assembly.errors import AssemblyRefused, BlueprintInvalid, RequestInvalid
from examsvc.services import Services, assembly, blueprints
from examsvc.services.assembly import AssemblyOrder
from examsvc.services.blueprints import BlueprintEdit
from examsvc.store import assembly as store
from examsvc.store.models import (
    AssemblyRunRow,
    BlueprintRow,
    FormItemRow,
    FormRow,
    ItemEnemyRow,
    ItemRow,
    ItemVersionRow,
    JobRow,
    TopicRow,
)
from tests.integration.assembly_bank import Laid, lay_bank

pytestmark = [pytest.mark.integration, pytest.mark.either_database]


@pytest.fixture
def laid(services: Services) -> Laid:
    return lay_bank(services)


@pytest.fixture
def approved(services: Services, laid: Laid) -> int:
    blueprint_id = blueprints.derive(services, laid.secretary, "GSQL")
    blueprints.approve(services, laid.second, blueprint_id)
    return blueprint_id


def run_of(services: Services, run_id: int) -> AssemblyRunRow:
    with services.store.read() as session:
        return session.get_one(AssemblyRunRow, run_id)


def forms_of(services: Services, run_id: int) -> list[FormRow]:
    with services.store.read() as session:
        return store.list_forms(session, run_id=run_id)


def order_of(services: Services, laid: Laid, blueprint_id: int, **changes: int) -> JobRow:
    """Ask for forms; the queue of the tests runs the job at once."""
    order = replace(AssemblyOrder(blueprint_id, seed=2026), **changes)
    job_id = assembly.ask_for_forms(services, laid.secretary, order)
    with services.store.read() as session:
        return session.get_one(JobRow, job_id)


def suspend(services: Services, version_id: int) -> None:
    with services.store.begin() as session:
        session.get_one(ItemVersionRow, version_id).state = "suspended"


def counts_of(services: Services, blueprint_id: int) -> dict[Cell, int]:
    with services.store.read() as session:
        return store.load_blueprint(session, blueprint_id)[2].counts


def test_a_derived_blueprint_halves_the_positions_weights(services: Services, laid: Laid):
    blueprint_id = blueprints.derive(services, laid.secretary, "GSQL")
    counts = counts_of(services, blueprint_id)
    topics: Counter[str] = Counter()
    levels: Counter[str] = Counter()
    for cell, n_items in counts.items():
        topics[cell.topic] += n_items
        levels[cell.cognitive_level] += n_items
    assert sum(counts.values()) == 30
    assert (topics["T01"], topics["T02"], topics["T10"]) == (9, 4, 1)
    assert levels == {"recall": 9, "apply": 15, "situation": 6}


def test_nobody_derives_from_a_position_that_does_not_exist(services: Services, laid: Laid):
    with pytest.raises(AssemblyRefused) as refused:
        blueprints.derive(services, laid.secretary, "NOBODY")
    assert refused.value.code == "position_without_weights"


def test_a_wrong_edit_is_refused_with_every_problem_and_changes_nothing(services: Services, laid: Laid):
    blueprint_id = blueprints.derive(services, laid.secretary, "GSQL")
    before = counts_of(services, blueprint_id)
    wrong = {**before, Cell("T01", "recall"): -1, Cell("T99", "recall"): 2}
    with pytest.raises(BlueprintInvalid) as refused:
        blueprints.edit(services, laid.secretary, blueprint_id, BlueprintEdit(wrong, 30, 0))
    codes = {problem.code for problem in refused.value.problems}
    assert codes == {"cell_unknown", "cell_negative", "cells_sum", "time_limit_range"}
    assert counts_of(services, blueprint_id) == before


def test_an_edit_that_adds_up_is_kept(services: Services, laid: Laid):
    blueprint_id = blueprints.derive(services, laid.secretary, "GSQL")
    counts = counts_of(services, blueprint_id)
    counts[Cell("T06", "recall")] = counts.get(Cell("T06", "recall"), 0) + 2
    blueprints.edit(services, laid.secretary, blueprint_id, BlueprintEdit(counts, 32, 3000))
    with services.store.read() as session:
        row = session.get_one(BlueprintRow, blueprint_id)
    assert (row.n_items, row.limit_s, counts_of(services, blueprint_id)) == (32, 3000, counts)


def test_nobody_approves_what_he_wrote_last(services: Services, laid: Laid):
    blueprint_id = blueprints.derive(services, laid.secretary, "GSQL")
    with pytest.raises(Forbidden) as refused:
        blueprints.approve(services, laid.secretary, blueprint_id)
    assert refused.value.code == "not_own"
    edit = BlueprintEdit(counts_of(services, blueprint_id), 30, 3000)
    blueprints.edit(services, laid.second, blueprint_id, edit)
    with pytest.raises(Forbidden):
        blueprints.approve(services, laid.second, blueprint_id)
    blueprints.approve(services, laid.chairman, blueprint_id)


def test_a_bank_too_small_stops_the_approval_and_names_the_cells(services: Services, laid: Laid):
    blueprint_id = blueprints.derive(services, laid.secretary, "GSQL")
    cell, n_items = next(iter(counts_of(services, blueprint_id).items()))
    with services.store.begin() as session:
        query = (
            sa.select(ItemVersionRow)
            .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
            .join(TopicRow, TopicRow.id == ItemRow.topic_id)
            .where(TopicRow.code == cell.topic, ItemVersionRow.cognitive_level == cell.cognitive_level)
        )
        for version in list(session.scalars(query))[: 1 - 3 * n_items]:
            version.state = "suspended"
        for version in list(session.scalars(query))[1 - 3 * n_items :]:
            assert version.state == "operational"
    with pytest.raises(AssemblyRefused) as refused:
        blueprints.approve(services, laid.second, blueprint_id)
    place = {"topic": cell.topic, "cognitive_level": cell.cognitive_level}
    assert refused.value.code == "cells_short"
    assert refused.value.params["cells"] == [{**place, "need": 3 * n_items, "have": 3 * n_items - 1}]


def test_a_revision_takes_over_once_it_is_approved(services: Services, laid: Laid, approved: int):
    with pytest.raises(AssemblyRefused):
        blueprints.edit(services, laid.secretary, approved, BlueprintEdit({}, 30, 2700))
    revised = blueprints.revise(services, laid.secretary, approved)
    assert counts_of(services, revised) == counts_of(services, approved)
    with pytest.raises(AssemblyRefused):
        blueprints.revise(services, laid.secretary, revised)
    blueprints.approve(services, laid.chairman, revised)
    with services.store.read() as session:
        states = [session.get_one(BlueprintRow, one).state for one in (approved, revised)]
    assert states == ["superseded", "approved"]
    with pytest.raises(AssemblyRefused):
        assembly.ask_for_forms(services, laid.secretary, AssemblyOrder(approved))


def test_an_assembly_job_stores_two_forms_that_meet_the_blueprint(
    services: Services, laid: Laid, approved: int
):
    job = order_of(services, laid, approved)
    assert (job.state, list(job.outcome)) == ("done", ["run_id"])
    run, forms = run_of(services, job.outcome["run_id"]), forms_of(services, job.outcome["run_id"])
    assert run.status in {"OPTIMAL", "FEASIBLE_WITHIN_TOLERANCE"}
    assert len(forms) == 2
    assert certificate_checksum(run.certificate) == run.checksum
    wanted = counts_of(services, approved)
    with services.store.read() as session:
        on_forms = []
        for form in forms:
            lines = store.list_form_lines(session, form.id)
            assert Counter(Cell(line.topic, line.cognitive_level) for line in lines) == wanted
            assert [line.ordinal for line in lines] == list(range(1, 31))
            on_forms.append({line.version_id for line in lines})
            items = set(
                session.scalars(
                    sa.select(ItemVersionRow.item_id)
                    .join(FormItemRow, FormItemRow.item_version_id == ItemVersionRow.id)
                    .where(FormItemRow.form_id == form.id)
                )
            )
            enemies = session.scalars(sa.select(ItemEnemyRow)).all()
            assert len(enemies) > 10
            assert not any({pair.item_a_id, pair.item_b_id} <= items for pair in enemies)
    assert len(on_forms[0] & on_forms[1]) <= 6


def test_a_replay_on_an_unchanged_bank_gives_the_same_certificate(
    services: Services, laid: Laid, approved: int
):
    run_id = order_of(services, laid, approved).outcome["run_id"]
    job_id = assembly.ask_for_replay(services, laid.chairman, run_id)
    with services.store.read() as session:
        outcome = session.get_one(JobRow, job_id).outcome
    assert (outcome["same"], outcome["same_forms"], outcome["changed"]) == (True, True, [])
    assert outcome["checksum"] == run_of(services, run_id).checksum


def test_another_seed_gives_other_forms(services: Services, laid: Laid, approved: int):
    runs = [order_of(services, laid, approved, seed=seed).outcome["run_id"] for seed in (1, 2)]
    checksums = [form.checksum for run_id in runs for form in forms_of(services, run_id)]
    assert len(set(checksums)) == 4


def test_a_replay_after_the_bank_changed_says_that_the_certificate_is_out_of_date(
    services: Services, laid: Laid, approved: int
):
    run_id = order_of(services, laid, approved).outcome["run_id"]
    used = run_of(services, run_id).certificate["forms"][0]["items"][0]["version_id"]
    suspend(services, used)
    again = assembly.replay(services, laid.secretary, run_id)
    assert not again.same
    assert "pool" in again.changed


def test_an_infeasible_order_keeps_its_explanation_and_makes_no_form(
    services: Services, laid: Laid, approved: int
):
    with services.store.begin() as session:
        query = (
            sa.select(ItemVersionRow)
            .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
            .where(ItemRow.code.like("T01-A%"))
            .order_by(ItemVersionRow.id)
        )
        for version in list(session.scalars(query))[2:]:
            version.state = "suspended"
    needs = counts_of(services, approved)[Cell("T01", "apply")]
    job = order_of(services, laid, approved)
    run = run_of(services, job.outcome["run_id"])
    assert (job.state, run.status, forms_of(services, run.id)) == ("done", "INFEASIBLE", [])
    (clash,) = run.certificate["clashes"]
    assert clash["lines"][0]["what"] == {"topic": "T01", "cognitive_level": "apply"}
    assert clash["repairs"][0]["code"] == "cell_short"
    repair = clash["repairs"][0]["params"]
    assert (repair["needs"], repair["has"], repair["lacks"]) == (needs, 2, needs - 2)
    assert certificate_checksum(run.certificate) == run.checksum


def test_publishing_needs_a_second_person_and_items_still_in_use(
    services: Services, laid: Laid, approved: int
):
    run_id = order_of(services, laid, approved).outcome["run_id"]
    first, second = forms_of(services, run_id)
    with pytest.raises(Forbidden):
        assembly.publish_form(services, laid.secretary, first.id)
    own = replace(laid.chairman, user_id=laid.secretary.user_id)
    with pytest.raises(Forbidden) as refused:
        assembly.publish_form(services, own, first.id)
    assert refused.value.code == "not_own"
    assembly.publish_form(services, laid.chairman, first.id)
    with pytest.raises(AssemblyRefused):
        assembly.publish_form(services, laid.chairman, first.id)
    with services.store.read() as session:
        only_second = {line.version_id for line in store.list_form_lines(session, second.id)}
    suspend(services, min(only_second))
    with pytest.raises(AssemblyRefused) as gone:
        assembly.publish_form(services, laid.chairman, second.id)
    assert gone.value.code == "items_not_operational"
    assert [form.state for form in forms_of(services, run_id)] == ["published", "draft"]


def test_a_form_whose_items_were_altered_is_not_published(services: Services, laid: Laid, approved: int):
    run_id = order_of(services, laid, approved).outcome["run_id"]
    form = forms_of(services, run_id)[0]
    with services.store.begin() as session:
        session.delete(session.get_one(FormItemRow, (form.id, 30)))
    with pytest.raises(AssemblyRefused) as refused:
        assembly.publish_form(services, laid.chairman, form.id)
    assert refused.value.code == "form_altered"


def test_a_withdrawn_form_is_withdrawn_once(services: Services, laid: Laid, approved: int):
    form = forms_of(services, order_of(services, laid, approved).outcome["run_id"])[0]
    assembly.withdraw_form(services, laid.secretary, form.id)
    with pytest.raises(AssemblyRefused):
        assembly.withdraw_form(services, laid.secretary, form.id)


def test_authors_never_see_a_form(services: Services, laid: Laid, approved: int):
    run_id = order_of(services, laid, approved).outcome["run_id"]
    form = forms_of(services, run_id)[0]
    for act in (
        lambda: assembly.proof_read(services, laid.author, form.id),
        lambda: assembly.replay(services, laid.author, run_id),
        lambda: assembly.ask_for_replay(services, laid.author, run_id),
    ):
        with pytest.raises(Forbidden):
            act()
    _form, lines = assembly.proof_read(services, laid.secretary, form.id)
    assert len(lines) == 30


def test_an_order_outside_its_range_is_refused_before_any_work(services: Services, laid: Laid):
    for field, value in (("n_forms", 0), ("n_forms", 7), ("seed", -1), ("seed", 2**31), ("max_overlap", -1)):
        with pytest.raises(RequestInvalid) as refused:
            assembly.ask_for_forms(services, laid.secretary, AssemblyOrder(1, **{field: value}))
        assert refused.value.field == field


def test_without_a_calibration_in_force_nothing_is_assembled(services: Services):
    laid = lay_bank(services, adopted=False)
    blueprint_id = blueprints.derive(services, laid.secretary, "GSQL")
    blueprints.approve(services, laid.second, blueprint_id)
    with pytest.raises(AssemblyRefused) as refused:
        assembly.ask_for_forms(services, laid.secretary, AssemblyOrder(blueprint_id))
    assert refused.value.code == "no_adopted_calibration"
