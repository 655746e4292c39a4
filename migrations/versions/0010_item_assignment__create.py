"""What authors owe by when, how many reviewers an item takes, and what its author replies to a return."""

import sqlalchemy as sa
from alembic import op

import examsvc.store.types

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = examsvc.store.types.Instant(timezone=True)
# log → what makes two rows of it one
LOGS = {
    "item_assignment_deadline": "id = NEW.id",
    "appraisal_rule": "id = NEW.id OR (pool = NEW.pool AND version = NEW.version)",
}


def upgrade() -> None:
    """Items there are belong to no assignment; what is in review now begins its first counted round."""
    _make_assignments()
    _make_appraisal()
    _widen_items()
    op.execute("UPDATE item_version SET review_round = 1 WHERE state = 'in_review'")
    for log, same in LOGS.items():
        _guard(log, same)


def _user(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["user_account.id"], name=op.f(f"fk_{table}_{column}"))


def _make_assignments() -> None:
    table = "item_assignment"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("cognitive_level", sa.String(length=16), nullable=True),
        sa.Column("n_items", sa.Integer(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("ending", sa.String(length=16), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        _user(table, "author_id"),
        _user(table, "made_by"),
        _user(table, "ended_by"),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation_unit.id"], name=op.f("fk_item_assignment_unit_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_item_assignment_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_assignment")),
    )
    op.create_index(op.f("ix_item_assignment_author_id"), table, ["author_id"])
    table = "item_assignment_deadline"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("due_before", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        _user(table, "changed_by"),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["item_assignment.id"], name=op.f("fk_item_assignment_deadline_assignment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_assignment_deadline")),
    )
    op.create_index(op.f("ix_item_assignment_deadline_assignment_id"), table, ["assignment_id"])


def _make_appraisal() -> None:
    table = "appraisal_rule"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pool", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("min_reviewers", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        _user(table, "made_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal_rule")),
        sa.UniqueConstraint("pool", "version", name=op.f("uq_appraisal_rule_pool_version")),
    )
    table = "item_review_reply"
    op.create_table(
        table,
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("replied_by", sa.Integer(), nullable=False),
        sa.Column("replied_at", INSTANT, nullable=False),
        _user(table, "replied_by"),
        sa.ForeignKeyConstraint(["review_id"], ["item_review.id"], name=op.f("fk_item_review_reply_review_id")),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_item_review_reply")),
    )


def _widen_items() -> None:
    # said in SQL that both databases know: Alembic would rebuild SQLite's table, and lose its trigger
    op.execute(
        "ALTER TABLE item ADD COLUMN assignment_id INTEGER "
        "CONSTRAINT fk_item_assignment_id REFERENCES item_assignment (id)"
    )
    op.create_index(op.f("ix_item_assignment_id"), "item", ["assignment_id"])
    op.add_column("item", sa.Column("handed_in_on", sa.Date(), nullable=True))
    op.add_column("item_version", sa.Column("appraised_at", INSTANT, nullable=True))
    for table in ("item_version", "item_review"):
        op.add_column(table, sa.Column("review_round", sa.Integer(), nullable=False, server_default="0"))


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
    """Take it all away again; items keep their wording and state."""
    op.drop_index(op.f("ix_item_assignment_id"), "item")
    op.drop_column("item", "assignment_id")
    op.drop_column("item", "handed_in_on")
    op.drop_column("item_version", "appraised_at")
    for table in ("item_version", "item_review"):
        op.drop_column(table, "review_round")
    for table in ("item_review_reply", "item_assignment_deadline", "item_assignment", "appraisal_rule"):
        op.drop_table(table)
