"""What was asked of a calibration and what its analysis found are kept with it; an adopted one is sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COLUMNS = (
    ("calibration", "options", sa.JSON()),
    ("calibration", "analysis", sa.JSON()),
    ("item_parameter", "thresholds", sa.JSON()),
    ("item_parameter", "se_c", sa.Double()),
    ("item_parameter", "fit", sa.JSON()),
    ("item_parameter", "curve", sa.JSON()),
    ("job", "stage", sa.String(length=32)),
)
SEALED = "an adopted calibration is sealed"
ADOPTED = "OLD.state = 'adopted' AND OLD.adopted_at IS NOT NULL"  # older code adopts in two steps


def upgrade() -> None:
    """Columns that old code may leave alone, and triggers in the dialect of the database.

    Rows of item_parameter cannot be changed or deleted already (0002); now none can join an adopted set.
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


def downgrade() -> None:
    """Take the triggers and the columns away again."""
    if op.get_bind().dialect.name == "sqlite":
        for name in ("calibration_sealed_update", "calibration_sealed_delete", "item_parameter_sealed"):
            op.execute(f"DROP TRIGGER {name}")
    else:
        op.execute("DROP TRIGGER calibration_sealed ON calibration")
        op.execute("DROP TRIGGER item_parameter_sealed ON item_parameter")
        op.execute("DROP FUNCTION refuse_unsealing")
        op.execute("DROP FUNCTION refuse_joining_adopted")
    op.drop_column("item_parameter", "model")
    for table, name, _kind in COLUMNS:
        op.drop_column(table, name)
