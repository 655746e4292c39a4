"""Items that rest: orders about single items, and the rule in versions. No item rests until somebody says so."""

import sqlalchemy as sa
from alembic import op

import examsvc.store.types

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = examsvc.store.types.Instant(timezone=True)
# log → what makes two rows of it one
LOGS = {"item_rest": "id = NEW.id", "item_rest_rule": "version = NEW.version"}


def upgrade() -> None:
    """Two tables that only grow."""
    op.create_table(
        "item_rest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_rest_item_id")),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name=op.f("fk_item_rest_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_rest")),
    )
    op.create_index(op.f("ix_item_rest_item_id"), "item_rest", ["item_id"])
    op.create_table(
        "item_rest_rule",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("most_sittings", sa.Integer(), nullable=True),
        sa.Column("most_percent", sa.Integer(), nullable=True),
        sa.Column("least_candidates", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name=op.f("fk_item_rest_rule_made_by")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_item_rest_rule")),
    )
    for log, same in LOGS.items():
        _guard(log, same)


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
    """Forget who rested."""
    op.drop_table("item_rest_rule")
    op.drop_index(op.f("ix_item_rest_item_id"), "item_rest")
    op.drop_table("item_rest")
