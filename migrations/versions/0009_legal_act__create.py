"""Legal acts with their dates, and which wordings cite them; what has been written is read for its acts."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

import examsvc.store.types
from item_bank.legal_basis import cited_numbers

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = examsvc.store.types.Instant(timezone=True)
AT_ONCE = 2000


def upgrade() -> None:
    """Code that knows nothing of acts goes on writing wordings; saving them anew catches up with them."""
    op.create_table(
        "legal_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("repealed_by", sa.Integer(), nullable=True),
        sa.Column("repealed_at", INSTANT, nullable=True),
        sa.Column("items_moved_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_legal_act_created_by")),
        sa.ForeignKeyConstraint(["repealed_by"], ["user_account.id"], name=op.f("fk_legal_act_repealed_by")),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["legal_act.id"], name=op.f("fk_legal_act_replaced_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_act")),
        sa.UniqueConstraint("number", name=op.f("uq_legal_act_number")),
    )
    op.create_table(
        "legal_act_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("legal_act_id", sa.Integer(), nullable=False),
        sa.Column("change", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["by"], ["user_account.id"], name=op.f("fk_legal_act_change_by")),
        sa.ForeignKeyConstraint(
            ["legal_act_id"], ["legal_act.id"], name=op.f("fk_legal_act_change_legal_act_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_act_change")),
    )
    op.create_index(op.f("ix_legal_act_change_legal_act_id"), "legal_act_change", ["legal_act_id"])
    citation = op.create_table(
        "citation",
        sa.Column("item_version_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_version_id"], ["item_version.id"], name=op.f("fk_citation_item_version_id")
        ),
        sa.PrimaryKeyConstraint("item_version_id", "number", name=op.f("pk_citation")),
    )
    op.create_index(op.f("ix_citation_number"), "citation", ["number"])
    for part in _written():
        cited = [
            {"item_version_id": id_, "number": number} for id_, basis in part for number in cited_numbers(basis)
        ]
        if cited:
            op.bulk_insert(citation, cited)


def _written() -> Iterable[list[tuple[int, str]]]:
    """What all wordings rest on, part by part."""
    last = 0
    query = sa.text("SELECT id, legal_basis FROM item_version WHERE id > :last ORDER BY id LIMIT :many")
    while part := [tuple(row) for row in op.get_bind().execute(query, {"last": last, "many": AT_ONCE})]:
        yield part
        last = part[-1][0]


def downgrade() -> None:
    op.drop_table("citation")
    op.drop_table("legal_act_change")
    op.drop_table("legal_act")
