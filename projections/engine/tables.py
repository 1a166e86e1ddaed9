"""The engine's own tables: how far each projection is, how it is doing, and what it could not take."""

from sqlalchemy import BigInteger, Column, Connection, Engine, Float, Integer, MetaData, String, Table, Text, text

from projections.engine.columns import Instant
from projections.engine.database import writing
from projections.engine.projection import Projection, State

METADATA = MetaData()


def _key() -> tuple[Column[str], Column[int], Column[str]]:
    return (
        Column("projection", String(64), primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("stream", String(64), primary_key=True),
    )


CHECKPOINTS = Table(
    "cairn_checkpoints",
    METADATA,
    *_key(),
    Column("position", BigInteger, nullable=False),
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
)

_DECLARING = 0x636169726E  # "cairn": the advisory lock under which tables are made on PostgreSQL


def declare(engine: Engine, *projections: Projection[State]) -> None:
    """Make the tables that are missing: the engine's own and the projections'. What is there stays as it is."""
    with writing(engine) as connection:
        _one_at_a_time(connection)
        METADATA.create_all(connection)
        for projection in projections:
            projection.metadata.create_all(connection)


def _one_at_a_time(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _DECLARING})
