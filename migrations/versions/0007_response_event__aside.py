"""Events that were kept aside are found without reading those that count."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ASIDE = sa.text("standing <> 'counted'")


def upgrade() -> None:
    """A partial index: it costs a save that counts nothing."""
    op.create_index(
        "ix_response_event_aside",
        "response_event",
        ["sitting_id"],
        postgresql_where=ASIDE,
        sqlite_where=ASIDE,
    )


def downgrade() -> None:
    op.drop_index("ix_response_event_aside", "response_event")
