"""Who has seen which item, how many a day are allowed, and what leaves the bank by two persons."""

import sqlalchemy as sa
from alembic import op

import examsvc.store.types

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INSTANT = examsvc.store.types.Instant(timezone=True)
# log → what makes two rows of it one
LOGS = {
    "item_view": "id = NEW.id",
    "view_limit": "id = NEW.id OR (role = NEW.role AND version = NEW.version)",
    "view_grant": "id = NEW.id",
    "item_export_line": "export_id = NEW.export_id AND item_version_id = NEW.item_version_id",
}


def upgrade() -> None:
    """Nothing was logged before: the log begins with this migration."""
    _make_views()
    _make_limits()
    _make_exports()
    for log, same in LOGS.items():
        _guard(log, same)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _make_views() -> None:
    table = "item_view"
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_version_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("viewed_at", INSTANT, nullable=False),
        sa.Column("viewed_on", sa.Date(), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.String(length=80), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        _refers(table, "item_version_id", "item_version"),
        _refers(table, "item_id", "item"),
        _refers(table, "user_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_view")),
    )
    op.create_index("ix_item_view_user_id_viewed_on", table, ["user_id", "viewed_on"])
    op.create_index("ix_item_view_item_id_viewed_at", table, ["item_id", "viewed_at"])
    op.create_index("ix_item_view_viewed_on", table, ["viewed_on"])


def _make_limits() -> None:
    table = "view_limit"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("day_limit", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        _refers(table, "made_by", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view_limit")),
        sa.UniqueConstraint("role", "version", name=op.f("uq_view_limit_role_version")),
    )
    table = "view_grant"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("extra", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=False),
        sa.Column("granted_at", INSTANT, nullable=False),
        _refers(table, "user_id", "user_account"),
        _refers(table, "granted_by", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view_grant")),
    )
    op.create_index(op.f("ix_view_grant_user_id"), table, ["user_id"])


def _make_exports() -> None:
    table = "item_export"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("n_items", sa.Integer(), nullable=False),
        sa.Column("losses", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("taken_at", INSTANT, nullable=True),
        sa.Column("trace_key", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=64), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        _refers(table, "asked_by", "user_account"),
        _refers(table, "decided_by", "user_account"),
        _refers(table, "job_id", "job"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_export")),
    )
    op.create_index(op.f("ix_item_export_state"), table, ["state"])
    op.create_index(op.f("ix_item_export_asked_by"), table, ["asked_by"])
    table = "item_export_line"
    op.create_table(
        table,
        sa.Column("export_id", sa.Integer(), nullable=False),
        sa.Column("item_version_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        _refers(table, "export_id", "item_export"),
        _refers(table, "item_version_id", "item_version"),
        sa.PrimaryKeyConstraint("export_id", "item_version_id", name=op.f("pk_item_export_line")),
    )
    op.create_index(op.f("ix_item_export_line_item_version_id"), table, ["item_version_id"])


def _guard(log: str, same: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {log}_no_{verb.lower()} BEFORE {verb} ON {log} "
                f"BEGIN SELECT RAISE(ABORT, '{log} only grows'); END"
            )
        op.execute(
            f"CREATE TRIGGER {log}_no_replace BEFORE INSERT ON {log} "
            f"WHEN EXISTS (SELECT 1 FROM {log} WHERE {same}) BEGIN SELECT RAISE(ABORT, '{log} only grows'); END"
        )
        return
    op.execute(
        f"CREATE TRIGGER {log}_only_grows BEFORE UPDATE OR DELETE ON {log} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER {log}_not_emptied BEFORE TRUNCATE ON {log} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    """Take it all away again."""
    for table in ("item_export_line", "item_export", "view_grant", "view_limit", "item_view"):
        op.drop_table(table)
