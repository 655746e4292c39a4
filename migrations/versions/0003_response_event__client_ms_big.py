"""A machine's clock in milliseconds needs more than 32 bits, or PostgreSQL refuses every response."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """SQLite's integers are as wide already."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("response_event", "client_ms", existing_type=sa.Integer(), type_=sa.BigInteger())


def downgrade() -> None:
    """Back to 32 bits; fails where a longer clock is stored."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("response_event", "client_ms", existing_type=sa.BigInteger(), type_=sa.Integer())
