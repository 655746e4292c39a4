"""The attempt engine: one payload tells the whole state of an item, events in partitions, receipts, late decisions.

The version before cannot save into this schema, nor this one into the old: run it while no exam runs. Events of
earlier sittings stay as they were sent; what they projected to is carried over.
"""

import hashlib

import sqlalchemy as sa
from alembic import op

import examsvc.store.types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PARTITIONS = 16
INSTANT = examsvc.store.types.Instant(timezone=True)
SITTING = (
    ("added_s", sa.Integer(), "0"),
    ("durable_through", sa.Integer(), "0"),
    ("max_seq", sa.Integer(), "0"),
    ("reached", sa.Integer(), "0"),
    ("left_sections", sa.JSON(), None),
    ("paused_at", INSTANT, None),
    ("failed_at", INSTANT, None),
    ("failure_by", sa.Integer(), None),
)
EVENT = (
    "sitting_id, epoch, seq, event_id, item_version_id, payload, payload_hash, client_ms, received_at, standing"
)


def upgrade() -> None:
    """New tables beside the old ones, the rows carried over, the old ones dropped."""
    for name, kind, default in SITTING:
        op.add_column("sitting", sa.Column(name, kind, nullable=default is None, server_default=default))
    op.add_column("sitting", sa.Column("marked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_sitting_unmarked", "sitting", ["marked", "state"])
    op.add_column("blueprint", sa.Column("sections", sa.JSON(), nullable=True))
    _make_events()
    _make_projection()
    _make_new()
    op.execute(
        "UPDATE sitting SET added_s = coalesce("
        "(SELECT sum(seconds) FROM time_adjustment t WHERE t.sitting_id = sitting.id), 0)"
    )
    op.execute(
        "UPDATE sitting SET max_seq = coalesce((SELECT max(seq) FROM response_event e "
        "WHERE e.sitting_id = sitting.id AND e.epoch = sitting.epoch), 0)"
    )  # durable_through stays 0: the next save finds it anew
    _write_receipts()


def _make_events() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:  # the names are needed again
        op.execute("ALTER TABLE response_event RENAME CONSTRAINT pk_response_event TO pk_response_event_before")
    op.rename_table("response_event", "response_event_before")
    op.create_table(
        "response_event",
        sa.Column("sitting_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("item_version_id", sa.Integer(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("payload_hash", sa.String(length=64), nullable=False),
        sa.Column("client_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("sitting_id", "epoch", "seq", name=op.f("pk_response_event")),
        sa.UniqueConstraint("sitting_id", "event_id", name=op.f("uq_response_event_sitting_id_event_id")),
        postgresql_partition_by="HASH (sitting_id)",
        sqlite_with_rowid=False,
    )
    if not sqlite:
        for part in range(PARTITIONS):
            op.execute(
                f"CREATE TABLE response_event_p{part:02d} PARTITION OF response_event "
                f"FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part})"
            )
    op.execute(f"INSERT INTO response_event ({EVENT}) SELECT {EVENT} FROM response_event_before")
    op.drop_table("response_event_before")  # and with it its triggers
    _guard_events(sqlite)


def _guard_events(sqlite: bool) -> None:
    if sqlite:
        taken = (
            "(sitting_id = NEW.sitting_id AND epoch = NEW.epoch AND seq = NEW.seq) "
            "OR (sitting_id = NEW.sitting_id AND event_id = NEW.event_id)"
        )
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER response_event_no_{verb.lower()} BEFORE {verb} ON response_event "
                "BEGIN SELECT RAISE(ABORT, 'response_event only grows'); END"
            )
        op.execute(
            "CREATE TRIGGER response_event_no_replace BEFORE INSERT ON response_event "
            f"WHEN EXISTS (SELECT 1 FROM response_event WHERE {taken}) "
            "BEGIN SELECT RAISE(ABORT, 'response_event only grows'); END"
        )
        return
    op.execute(
        "CREATE TRIGGER response_event_only_grows BEFORE UPDATE OR DELETE ON response_event "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    for table in ("response_event", *(f"response_event_p{part:02d}" for part in range(PARTITIONS))):
        op.execute(
            f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _make_projection() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            "ALTER TABLE current_response RENAME CONSTRAINT pk_current_response TO pk_current_response_before"
        )
    op.rename_table("current_response", "current_response_before")
    op.create_table(
        "current_response",
        sa.Column("sitting_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("response", sa.Text(), nullable=True),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("struck", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sitting_id", "item_version_id", name=op.f("pk_current_response")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO current_response "
        "(sitting_id, item_version_id, response, flagged, struck, note, epoch, seq) "
        "SELECT sitting_id, item_version_id, option_id, flagged, '[]', '', "
        "coalesce(option_epoch, flag_epoch, 1), coalesce(option_seq, flag_seq, 1) FROM current_response_before"
    )
    op.drop_table("current_response_before")


def _make_new() -> None:
    op.create_table(
        "form_section",
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("first_item", sa.Integer(), nullable=False),
        sa.Column("name_vi", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("limit_s", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_form_section_form_id")),
        sa.PrimaryKeyConstraint("form_id", "ordinal", name=op.f("pk_form_section")),
    )
    op.create_table(
        "late_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("positions", sa.JSON(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_late_decision_sitting_id")),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["user_account.id"], name=op.f("fk_late_decision_proposed_by")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"], name=op.f("fk_late_decision_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_decision")),
    )
    op.create_index(op.f("ix_late_decision_sitting_id"), "late_decision", ["sitting_id"])
    op.create_table(
        "sitting_receipt",
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("n_events", sa.Integer(), nullable=False),
        sa.Column("log_digest", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_sitting_receipt_sitting_id")),
        sa.PrimaryKeyConstraint("sitting_id", "version", name=op.f("pk_sitting_receipt")),
    )
    op.create_table(
        "sitting_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("form_checksum", sa.String(length=64), nullable=False),
        sa.Column("keys_checksum", sa.String(length=64), nullable=False),
        sa.Column("receipt", sa.String(length=64), nullable=False),
        sa.Column("number_correct", sa.Integer(), nullable=False),
        sa.Column("n_marked", sa.Integer(), nullable=False),
        sa.Column("marked_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_sitting_mark_sitting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting_mark")),
        sa.UniqueConstraint(
            "sitting_id",
            "form_checksum",
            "keys_checksum",
            "receipt",
            name=op.f("uq_sitting_mark_sitting_id_form_checksum_keys_checksum_receipt"),
        ),
    )
    op.create_index(op.f("ix_sitting_mark_sitting_id"), "sitting_mark", ["sitting_id"])
    _guard_growing()


def _guard_growing() -> None:
    """Receipts and marks are given once and for all."""
    for table, key in (
        ("sitting_receipt", "sitting_id = NEW.sitting_id AND version = NEW.version"),
        ("sitting_mark", "id = NEW.id"),
    ):
        if op.get_bind().dialect.name == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
                )
            op.execute(
                f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
                f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key}) "
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            )
            continue
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _write_receipts() -> None:
    """Each sitting that is closed already keeps the receipt it was given, as its first."""
    bind = op.get_bind()
    closed = bind.execute(
        sa.text("SELECT id, receipt, finalised_at FROM sitting WHERE receipt IS NOT NULL AND finalised_at IS NOT NULL")
    ).all()
    for sitting_id, sha256, made_at in closed:
        lines = [
            f"{epoch}:{seq}:{event_id}:{payload_hash}"
            for epoch, seq, event_id, payload_hash in bind.execute(
                sa.text(
                    "SELECT epoch, seq, event_id, payload_hash FROM response_event "
                    "WHERE sitting_id = :id AND standing = 'counted' ORDER BY epoch, seq"
                ),
                {"id": sitting_id},
            )
        ]
        bind.execute(
            sa.text(
                "INSERT INTO sitting_receipt (sitting_id, version, made_at, n_events, log_digest, sha256) "
                "VALUES (:id, 1, :made_at, :n, :digest, :sha256)"
            ),
            {
                "id": sitting_id,
                "made_at": made_at,
                "n": len(lines),
                "digest": hashlib.sha256("\n".join(lines).encode("ascii")).hexdigest(),
                "sha256": sha256,
            },
        )


def downgrade() -> None:
    """There is no way back: the version before could not read what this one has saved."""
    raise NotImplementedError("restore the backup that was made before the upgrade")
