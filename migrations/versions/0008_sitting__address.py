"""From where a sitting was opened last: the same machine elsewhere is noted for the people in the room."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column without a value for sittings that were opened before."""
    op.add_column("sitting", sa.Column("address", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("sitting", "address")
