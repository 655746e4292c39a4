"""What was asked of a calibration and found by it is kept; adopted ones are sealed, scores only grow."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COLUMNS = (
    ("calibration", "options", sa.JSON()),
    ("calibration", "analysis", sa.JSON()),
    ("calibration", "rejection", sa.JSON()),
    ("item_parameter", "thresholds", sa.JSON()),
    ("item_parameter", "se_c", sa.Double()),
    ("item_parameter", "fit", sa.JSON()),
    ("item_parameter", "curve", sa.JSON()),
    ("job", "stage", sa.String(length=32)),
)
SEALED = "an adopted calibration is sealed"
GROWING = ("score", "competency_score")
# SQLite's INSERT OR REPLACE takes a row away without asking the triggers that guard deletions
KEYS = {  # and the row's own number, which SQLite lets anybody name
    "audit_entry": (("seq",),),
    "response_event": (("sitting_id", "epoch", "seq"), ("event_id",)),
    "time_adjustment": (("id",),),
    "evidence": (("id",), ("result_id", "competency_id")),
    "item_key": (("id",), ("item_version_id", "version")),
    "item_parameter": (("calibration_id", "item_version_id"),),
    "calibration": (("id",), ("code",)),
    "score": (("id",), ("sitting_id", "form_checksum", "keys_checksum", "calibration_id")),
    "competency_score": (("score_id", "competency_id"),),
}
ADOPTED = "OLD.state = 'adopted' AND OLD.adopted_at IS NOT NULL"  # older code adopts in two steps


def upgrade() -> None:
    """Columns that old code may leave alone, and triggers in the dialect of the database.

    Rows of item_parameter cannot be changed or deleted already (0002); now none can join an adopted set. Nor
    can a row of a log be replaced by another of its key (SQLite), or all of them be emptied out (PostgreSQL).
    """
    for table, name, kind in COLUMNS:
        op.add_column(table, sa.Column(name, kind))
    model = sa.Column("model", sa.String(length=16), nullable=False, server_default="2PL")
    op.add_column("item_parameter", model)
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER calibration_sealed_{verb.lower()} BEFORE {verb} ON calibration "
                f"WHEN {ADOPTED} BEGIN SELECT RAISE(ABORT, '{SEALED}'); END"
            )
        op.execute(
            "CREATE TRIGGER item_parameter_sealed BEFORE INSERT ON item_parameter "
            "WHEN (SELECT state FROM calibration WHERE id = NEW.calibration_id) = 'adopted' "
            f"BEGIN SELECT RAISE(ABORT, '{SEALED}'); END"
        )
        _guard_sqlite()
        return
    op.execute(
        "CREATE FUNCTION refuse_unsealing() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{SEALED}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER calibration_sealed BEFORE UPDATE OR DELETE ON calibration "
        f"FOR EACH ROW WHEN ({ADOPTED}) EXECUTE FUNCTION refuse_unsealing()"
    )
    op.execute(
        "CREATE FUNCTION refuse_joining_adopted() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF (SELECT state FROM calibration WHERE id = NEW.calibration_id) = 'adopted' "
        f"THEN RAISE EXCEPTION '{SEALED}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER item_parameter_sealed BEFORE INSERT ON item_parameter "
        "FOR EACH ROW EXECUTE FUNCTION refuse_joining_adopted()"
    )
    for table in GROWING:
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    for table in KEYS:
        op.execute(
            f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _guard_sqlite() -> None:
    for table in GROWING:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            )
    for table, keys in KEYS.items():
        taken = " OR ".join(
            "(" + " AND ".join(f"{name} = NEW.{name}" for name in key) + ")" for key in (("rowid",), *keys)
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
        )
    op.execute(  # UPDATE OR REPLACE would push out the row whose key is taken
        "CREATE TRIGGER calibration_keeps_key BEFORE UPDATE OF id, code ON calibration "
        "WHEN NEW.id <> OLD.id OR NEW.code <> OLD.code "
        f"BEGIN SELECT RAISE(ABORT, '{SEALED}'); END"
    )


def downgrade() -> None:
    """Take the triggers and the columns away again."""
    if op.get_bind().dialect.name == "sqlite":
        for name in ("calibration_sealed_update", "calibration_sealed_delete", "item_parameter_sealed"):
            op.execute(f"DROP TRIGGER {name}")
        for name in ("calibration_keeps_key", *(f"{table}_no_replace" for table in KEYS)):
            op.execute(f"DROP TRIGGER {name}")
        for table in GROWING:
            for verb in ("update", "delete"):
                op.execute(f"DROP TRIGGER {table}_no_{verb}")
    else:
        for table in GROWING:
            op.execute(f"DROP TRIGGER {table}_only_grows ON {table}")
        for table in KEYS:
            op.execute(f"DROP TRIGGER {table}_not_emptied ON {table}")
        op.execute("DROP TRIGGER calibration_sealed ON calibration")
        op.execute("DROP TRIGGER item_parameter_sealed ON item_parameter")
        op.execute("DROP FUNCTION refuse_unsealing")
        op.execute("DROP FUNCTION refuse_joining_adopted")
    op.drop_column("item_parameter", "model")
    for table, name, _kind in COLUMNS:
        op.drop_column(table, name)
