"""Another key for a frozen wording, proposed by one person and decided by another."""

import sqlalchemy as sa
from alembic import op

import examsvc.store.types

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INSTANT = examsvc.store.types.Instant(timezone=True)
TABLE = "key_correction"


def upgrade() -> None:
    """Keys that were changed before this had no proposal: none is made up for them."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_version_id", sa.Integer(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("option_id", sa.String(length=8), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_version_id"], ["item_version.id"], name=op.f("fk_key_correction_item_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["user_account.id"], name=op.f("fk_key_correction_proposed_by")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_key_correction_decided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_correction")),
    )
    op.create_index(op.f("ix_key_correction_item_version_id"), TABLE, ["item_version_id"])


def downgrade() -> None:
    """Keys that were corrected keep their versions and reasons."""
    op.drop_index(op.f("ix_key_correction_item_version_id"), TABLE)
    op.drop_table(TABLE)
