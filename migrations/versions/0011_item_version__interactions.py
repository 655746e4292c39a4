"""Items of every interaction: places, limits, a stimulus, an English wording, and keys that are rules."""

import sqlalchemy as sa
from alembic import op

import examsvc.store.types

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = examsvc.store.types.Instant(timezone=True)


def upgrade() -> None:
    """Items there are stay what they are: one right option."""
    op.create_table(
        "stimulus",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_stimulus_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stimulus")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_stimulus_code_version")),
    )
    for column in ("places", "english"):
        op.add_column("item_version", sa.Column(column, sa.JSON(), nullable=True))
    op.add_column("item_version", sa.Column("most_chosen", sa.Integer(), nullable=True))
    # said in SQL that both databases know: Alembic would rebuild SQLite's table
    op.execute(
        "ALTER TABLE item_version ADD COLUMN stimulus_id INTEGER "
        "CONSTRAINT fk_item_version_stimulus_id REFERENCES stimulus (id)"
    )
    op.create_index(op.f("ix_item_version_stimulus_id"), "item_version", ["stimulus_id"])
    op.add_column("item_key", sa.Column("rule", sa.JSON(), nullable=True))
    _retype_practice(sa.String(8), sa.Text())


def _retype_practice(before: sa.types.TypeEngine[str], after: sa.types.TypeEngine[str]) -> None:
    """SQLite's table is rebuilt, and given back the triggers by which it only grows."""
    bind = op.get_bind()
    triggers: list[str] = []
    if bind.dialect.name == "sqlite":
        query = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'practice_response'"
        triggers = list(bind.execute(sa.text(query)).scalars())
    with op.batch_alter_table("practice_response") as batch:
        batch.alter_column("response", type_=after, existing_type=before, existing_nullable=True)
    for trigger in triggers:
        op.execute(trigger)


def downgrade() -> None:
    _retype_practice(sa.Text(), sa.String(8))
    op.drop_column("item_key", "rule")
    op.drop_index(op.f("ix_item_version_stimulus_id"), "item_version")
    for column in ("stimulus_id", "most_chosen", "english", "places"):
        op.drop_column("item_version", column)
    op.drop_table("stimulus")
