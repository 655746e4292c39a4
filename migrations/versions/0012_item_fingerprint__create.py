"""What a program reads off each wording, for the search, near-duplicates and the board; the bank is read once."""

import json
from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

from item_bank.similarity import fold, reading_of
from item_bank.sketches import METHOD, sketch

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

AT_ONCE = 1000


def upgrade() -> None:
    """Code that knows nothing of fingerprints goes on writing wordings; a chore catches up with them.

    Faults are left to it as well (`key_version` 0): they are found with keys.
    """
    table = op.create_table(
        "item_fingerprint",
        sa.Column("item_version_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.Integer(), nullable=False),
        sa.Column("wording_hash", sa.String(length=64), nullable=False),
        sa.Column("sketches", sa.LargeBinary(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("faults", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_version_id"], ["item_version.id"], name=op.f("fk_item_fingerprint_item_version_id")
        ),
        sa.PrimaryKeyConstraint("item_version_id", name=op.f("pk_item_fingerprint")),
    )
    for part in _written():
        op.bulk_insert(table, [_fingerprint(*row) for row in part])


def _fingerprint(id_: int, code: str, stem: str, options: object, wording_hash: str) -> dict[str, object]:
    known = json.loads(options) if isinstance(options, str) else options
    contents = [option["content"] for option in known] if isinstance(known, list) else []
    reading = reading_of(stem, contents)
    return {
        "item_version_id": id_,
        "method": METHOD,
        "wording_hash": wording_hash,
        "sketches": sketch(reading.stem_grams) + sketch(reading.whole_grams),
        "folded": f"{fold(code)}\n{reading.as_lines()}",
        "key_version": 0,
        "faults": "",
    }


def _written() -> Iterable[list[tuple[int, str, str, object, str]]]:
    """All wordings, part by part."""
    last = 0
    query = sa.text(
        "SELECT version.id, item.code, version.stem, version.options, version.wording_hash "
        "FROM item_version AS version JOIN item ON item.id = version.item_id "
        "WHERE version.id > :last ORDER BY version.id LIMIT :many"
    )
    while part := [tuple(row) for row in op.get_bind().execute(query, {"last": last, "many": AT_ONCE})]:
        yield part
        last = part[-1][0]


def downgrade() -> None:
    op.drop_table("item_fingerprint")
