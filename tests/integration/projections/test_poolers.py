"""Projections behind PgBouncer, in both of its modes: what is read is what was asked for, by whomever."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from projections.catalog import NAMES, projection_named
from projections.engine.database import open_database, reading, writing
from projections.engine.pooling import is_pooled
from projections.engine.writer import ProjectionWriter
from tests.contract.projections.story import story
from tests.pgbouncer import program, running_pgbouncer
from tests.postgresql import PostgresqlServer

pytestmark = pytest.mark.skipif(
    program() is None, reason="needs PgBouncer: python -m tests.pgbouncer, as root on Debian"
)
CLIENTS = 6
"""So many processes with a pool of connections each: twice as many as a pooler has connections by transaction."""
AGAIN = 30
"""How often each asks; from the fifth time on psycopg would have the server keep the statement."""


@pytest.fixture(params=["session", "transaction"])
async def pooler(
    postgresql_server: PostgresqlServer, request: pytest.FixtureRequest
) -> AsyncIterator[PostgresqlServer]:
    connections = {"session": CLIENTS, "transaction": CLIENTS // 2}[request.param]
    async with running_pgbouncer(postgresql_server, request.param, connections) as pooler:
        yield pooler


@pytest.fixture
def database(postgresql_server: PostgresqlServer) -> str:
    """The name of an empty database."""
    return postgresql_server.new_database().rpartition("/")[2]


def test_a_projection_is_built_and_read(pooler: PostgresqlServer, database: str) -> None:
    messages = story()
    engine = open_database(pooler.url(database))
    for name in NAMES:
        writer = ProjectionWriter(engine, projection_named(name), "CAIRN_LOG")
        writer.resume()
        for message in messages:
            writer.take([message], head=len(messages))
        assert writer.go_live(["CAIRN_LOG"])
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM v_audit")) == len(messages)
    engine.dispose()


def test_nobody_gets_what_another_asked_for(pooler: PostgresqlServer, database: str) -> None:
    """The statements of all are counted alike, and those of two halves of them are not the same ones."""
    engines = [open_database(pooler.url(database)) for _ in range(CLIENTS)]

    def ask(number: int) -> list[tuple[object, ...]]:
        engine, found = engines[number], []
        for _ in range(AGAIN):
            query = "SELECT :given + 1" if number % 2 else "SELECT :given * 10"
            with reading(engine) as connection:
                found.append(tuple(connection.execute(text(query), {"given": number}).one()))
            with writing(engine) as connection:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": number})
        return found

    with ThreadPoolExecutor(CLIENTS) as threads:
        answers = list(threads.map(ask, range(CLIENTS)))
    assert answers == [[(number + 1 if number % 2 else number * 10,)] * AGAIN for number in range(CLIENTS)]
    for engine in engines:
        engine.dispose()


def test_a_pooler_is_told_from_a_server(
    pooler: PostgresqlServer, postgresql_server: PostgresqlServer, database: str
) -> None:
    assert prepares(open_database(postgresql_server.url(database)))
    assert not prepares(open_database(pooler.url(database)))


def prepares(engine: Engine) -> bool:
    """Whether the server keeps statements for its connections."""
    with engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        assert is_pooled(driver) == (driver.prepare_threshold is None)
        found = driver.prepare_threshold is not None
    engine.dispose()
    return found
