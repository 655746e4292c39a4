"""What the items of a set share may be read in English too; what there is stays as it was."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty: Vietnamese alone."""
    op.add_column("stimulus", sa.Column("english", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Forget the English texts."""
    op.drop_column("stimulus", "english")
