"""Whether a later version of the item exists stands in each version, so that a list need not look for one."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEEP = "UPDATE item_version SET superseded = {true} WHERE item_id = NEW.item_id AND version < NEW.version"
# what lists narrow and count by, in the order of the item that they are sorted beside
LISTED = ["item_id", "version", "state", "superseded", "cognitive_level", "interaction", "id"]


def upgrade() -> None:
    """Kept by the database itself, whoever adds a version."""
    op.add_column(
        "item_version", sa.Column("superseded", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute(
        "UPDATE item_version SET superseded = "
        "EXISTS (SELECT 1 FROM item_version later WHERE later.item_id = item_version.item_id "
        "AND later.version > item_version.version)"
    )
    op.create_index("ix_item_version_listed", "item_version", LISTED)
    if op.get_bind().dialect.name == "sqlite":
        keep = KEEP.format(true="1")
        op.execute(f"CREATE TRIGGER item_version_superseded AFTER INSERT ON item_version BEGIN {keep}; END")
        return
    op.execute(
        "CREATE FUNCTION mark_superseded() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {KEEP.format(true='true')}; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER item_version_superseded AFTER INSERT ON item_version "
        "FOR EACH ROW EXECUTE FUNCTION mark_superseded()"
    )


def downgrade() -> None:
    """Look for later versions again."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER item_version_superseded")
    else:
        op.execute("DROP TRIGGER item_version_superseded ON item_version")
        op.execute("DROP FUNCTION mark_superseded()")
    op.drop_index("ix_item_version_listed", "item_version")
    op.drop_column("item_version", "superseded")
