"""The schema, the clock and the guards of the database itself."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from examsvc.services.audit import record_act, verify_chain
from examsvc.services.deps import Services
from examsvc.store import Store, database_now
from examsvc.store.audit import find_head
from examsvc.store.migrate import MIGRATIONS, is_current, migrate, newest_revision
from examsvc.store.models import Base

pytestmark = pytest.mark.integration


def test_the_migrated_schema_is_the_one_the_models_describe(store: Store):
    with store.writer.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": _is_no_partition}
        )
        assert compare_metadata(context, Base.metadata) == []


def _is_no_partition(_object: object, name: str | None, kind: str, *_more: object) -> bool:
    """The models describe the table of events, not the parts that PostgreSQL keeps it in."""
    return not (kind == "table" and (name or "").startswith("response_event_p"))


def test_a_second_migration_finds_nothing_to_do(store: Store):
    assert is_current(store)
    assert migrate(store) == []


def test_the_clock_is_the_databases_and_aware(store: Store):
    with store.read() as session:
        now = database_now(session)
    assert now.utcoffset() is not None


def test_a_reading_session_is_refused_any_change(services: Services):
    for read in (services.store.read, services.store.read_as_one):
        with pytest.raises(sa.exc.DBAPIError, match=r"readonly|read-only"), read() as session:
            session.execute(sa.text("UPDATE audit_head SET seq = 5"))
    with services.store.read() as session:
        assert find_head(session)[0] == 0


@pytest.mark.parametrize("verb", ["UPDATE audit_entry SET record = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_the_audit_log(services: Services, verb: str):
    with services.store.begin() as session:
        record_act(session, None, "test.act", "thing:1")
    with pytest.raises(sa.exc.DBAPIError, match="only grows"), services.store.begin() as session:
        session.execute(sa.text(verb))
    assert verify_chain(services).first_bad_seq is None


def test_an_act_rolled_back_leaves_no_entry(services: Services):
    def act_and_fail() -> None:
        with services.store.begin() as session:
            record_act(session, None, "test.act", "thing:1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act_and_fail()
    assert verify_chain(services).n_entries == 0


def test_the_newest_revision_is_the_one_that_alembic_would_migrate_to(store: Store):
    assert newest_revision() == ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert is_current(store)
    with store.writer.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    assert not is_current(store)
