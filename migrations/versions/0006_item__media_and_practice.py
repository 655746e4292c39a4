"""Pictures in items, a pool to practise with beside the one for exams, and what officers did in practice."""

import sqlalchemy as sa
from alembic import op

import examsvc.store.types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = examsvc.store.types.Instant(timezone=True)
TABLE = "practice_response"
KEYS = (
    "(run_id = NEW.run_id AND ordinal = NEW.ordinal) "
    "OR (run_id = NEW.run_id AND item_version_id = NEW.item_version_id)"
)
FIXED = "the pool of an item that others have seen is fixed"
# whatever is no draft, or came back from a reviewer, has been seen
SEEN = (
    "EXISTS (SELECT 1 FROM item_version v WHERE v.item_id = OLD.id AND (v.state <> 'draft' "
    "OR EXISTS (SELECT 1 FROM item_review r WHERE r.item_version_id = v.id)))"
)


def upgrade() -> None:
    """Every item there is belongs to exams; an item's pool cannot be changed behind the program's back."""
    pool = sa.Column("pool", sa.String(length=16), nullable=False, server_default="operational")
    op.add_column("item", pool)
    op.create_table(
        "media",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("mime", sa.String(length=32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_media_created_by")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_media")),
    )
    op.create_table(
        "practice_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("topic_ids", sa.JSON(), nullable=False),
        sa.Column("n_items", sa.Integer(), nullable=False),
        sa.Column("item_version_ids", sa.JSON(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_practice_run_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_run")),
    )
    op.create_index(op.f("ix_practice_run_user_id"), "practice_run", ["user_id"])
    op.create_table(
        TABLE,
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_version_id", sa.Integer(), nullable=False),
        sa.Column("response", sa.String(length=8), nullable=True),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("responded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["practice_run.id"], name=op.f("fk_practice_response_run_id")),
        sa.ForeignKeyConstraint(
            ["item_version_id"], ["item_version.id"], name=op.f("fk_practice_response_item_version_id")
        ),
        sa.PrimaryKeyConstraint("run_id", "ordinal", name=op.f("pk_practice_response")),
        sa.UniqueConstraint(
            "run_id", "item_version_id", name=op.f("uq_practice_response_run_id_item_version_id")
        ),
    )
    op.create_index(op.f("ix_practice_response_item_version_id"), TABLE, ["item_version_id"])
    _guard()


def _guard() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
                f"BEGIN SELECT RAISE(ABORT, '{TABLE} only grows'); END"
            )
        op.execute(
            f"CREATE TRIGGER {TABLE}_no_replace BEFORE INSERT ON {TABLE} "
            f"WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE {KEYS}) "
            f"BEGIN SELECT RAISE(ABORT, '{TABLE} only grows'); END"
        )
        op.execute(
            f"CREATE TRIGGER item_pool_fixed BEFORE UPDATE OF pool ON item WHEN NEW.pool <> OLD.pool AND {SEEN} "
            f"BEGIN SELECT RAISE(ABORT, '{FIXED}'); END"
        )
        return
    op.execute(
        f"CREATE TRIGGER {TABLE}_only_grows BEFORE UPDATE OR DELETE ON {TABLE} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER {TABLE}_not_emptied BEFORE TRUNCATE ON {TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE FUNCTION refuse_other_pool() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {SEEN} THEN RAISE EXCEPTION '{FIXED}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER item_pool_fixed BEFORE UPDATE OF pool ON item "
        "FOR EACH ROW WHEN (NEW.pool <> OLD.pool) EXECUTE FUNCTION refuse_other_pool()"
    )


def downgrade() -> None:
    """Take it all away again; practice items become items for exams, so none may be left."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM item WHERE pool <> 'operational'")):
        raise RuntimeError("there are practice items: the schema before cannot tell them from the others")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER item_pool_fixed")
    else:
        op.execute("DROP TRIGGER item_pool_fixed ON item")
        op.execute("DROP FUNCTION refuse_other_pool")
    op.drop_table(TABLE)  # and with it its triggers
    op.drop_table("practice_run")
    op.drop_table("media")
    op.drop_column("item", "pool")
