"""Marks in parts: points of sittings and scores exactly, and the categories that a calibration divides marks into.

Old rows keep their meaning: without points every mark was whole and their number is the number correct.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

WITH_POINTS = ("sitting_mark", "score", "competency_score")


def upgrade() -> None:
    """Columns that may be empty alone: no table is rebuilt, and code from before still writes its rows."""
    for table in WITH_POINTS:
        op.add_column(table, sa.Column("points", sa.Text(), nullable=True))
    for column in ("categories", "parts"):
        op.add_column("item_parameter", sa.Column(column, sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    for column in ("parts", "categories"):
        op.drop_column("item_parameter", column)
    for table in reversed(WITH_POINTS):
        op.drop_column(table, "points")
