"""The engine's own tables: which builds of a projection there are, how far each is, and what it could not take."""

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    inspect,
    text,
)

from projections.engine.columns import Instant

METADATA = MetaData()


def _slot() -> tuple[Column[str], Column[str]]:
    return Column("projection", String(64), primary_key=True), Column("slot", String(8), primary_key=True)


def _key() -> tuple[Column[str], Column[str], Column[str]]:
    return (*_slot(), Column("stream", String(64), primary_key=True))


BUILDS = Table(
    "cairn_builds",
    METADATA,
    *_slot(),
    # Of its tables and of what is in them: `Projection.version`.
    Column("version", Integer, nullable=False),
    # Counts the builds of one projection.
    Column("number", Integer, nullable=False),
    # The names that the projector knows its tables by, with commas.
    Column("tables", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
)

CHECKPOINTS = Table(
    "cairn_checkpoints",
    METADATA,
    *_key(),
    Column("position", BigInteger, nullable=False),
    # Another random number is set whenever someone besides their service changes the tables.
    Column("epoch", Integer, nullable=False),
    # Of the event at `fingerprint_of`: events.leaf.fingerprint. An older Cairn leaves both behind as it moves on.
    Column("fingerprint", String(64)),
    Column("fingerprint_of", BigInteger),
)

STATUS = Table(
    "cairn_projection_status",
    METADATA,
    *_key(),
    Column("state", String(16), nullable=False),
    Column("head", BigInteger, nullable=False),
    Column("rate", Float, nullable=False),
    Column("recorded_at", Instant),
    Column("last_error", Text),
    Column("last_error_at", Instant),
    Column("updated_at", Instant, nullable=False),
)

QUARANTINE = Table(
    "cairn_quarantine",
    METADATA,
    *_key(),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("cairn_quarantine_by_subject", "projection", "slot", "subject", "position"),
)

OF_A_BUILD = (CHECKPOINTS, STATUS, QUARANTINE, BUILDS)
"""Those with rows that belong to a build and move with it."""

_DECLARING = 0x636169726E  # "cairn": the advisory lock under which tables are made on PostgreSQL


def declare_own(connection: Connection) -> None:
    """Make the engine's tables, and the columns of them, that are missing.

    Until the transaction ends, nobody else makes or renames any.
    """
    one_at_a_time(connection)
    METADATA.create_all(connection)
    _rename_place_to_slot(connection)
    there = {column["name"] for column in inspect(connection).get_columns(CHECKPOINTS.name)}
    for column in CHECKPOINTS.columns:
        if column.name not in there:
            its_type = column.type.compile(connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {CHECKPOINTS.name} ADD COLUMN {column.name} {its_type}")


def _rename_place_to_slot(connection: Connection) -> None:
    """Take over tables of a Cairn that called the slot of a build its place. Only what is live is taken over."""
    for table in OF_A_BUILD:
        if "place" in {column["name"] for column in inspect(connection).get_columns(table.name)}:
            connection.exec_driver_sql(f"ALTER TABLE {table.name} RENAME COLUMN place TO slot")
            connection.execute(delete(table).where(table.c.slot != "live"))


def one_at_a_time(connection: Connection) -> None:
    """Let nobody else make or rename tables until the transaction ends. On SQLite every writer is alone."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _DECLARING})
