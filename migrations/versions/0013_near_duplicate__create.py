"""Pairs of items that read alike, as the last search of the bank found them, and what was decided of them."""

import sqlalchemy as sa
from alembic import op

import examsvc.store.types

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = examsvc.store.types.Instant(timezone=True)
TABLE = "near_duplicate"
# column → the table it refers to
REFERENCES = {
    "item_a_id": "item",
    "item_b_id": "item",
    "version_a_id": "item_version",
    "version_b_id": "item_version",
    "decided_by": "user_account",
}


def upgrade() -> None:
    """Code that knows nothing of these pairs is not disturbed by them."""
    op.create_table(
        TABLE,
        *(sa.Column(column, sa.Integer(), nullable=column == "decided_by") for column in REFERENCES),
        sa.Column("stem_score", sa.Double(), nullable=False),
        sa.Column("whole_score", sa.Double(), nullable=False),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{TABLE}_{column}"))
            for column, table in REFERENCES.items()
        ),
        sa.PrimaryKeyConstraint("item_a_id", "item_b_id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_item_b_id"), TABLE, ["item_b_id"])


def downgrade() -> None:
    op.drop_table(TABLE)
