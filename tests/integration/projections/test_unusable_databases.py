"""A PostgreSQL that is not set up for projections is refused at the start, in a sentence that says what to do."""

from itertools import count

import pytest

from projections.catalog import projection_named
from projections.engine.database import UnusableDatabase, open_database
from projections.engine.fitness import check_database
from projections.engine.service import serve
from tests.postgresql import PostgresqlServer

_numbers = count(1)


@pytest.fixture
def role(postgresql_server: PostgresqlServer) -> str:
    """A login without rights of its own."""
    name = f"nobody_{next(_numbers)}"
    postgresql_server.execute(f"CREATE ROLE {name} LOGIN")
    return name


async def test_a_database_that_is_not_utf_8(postgresql_server: PostgresqlServer) -> None:
    name = f"latin_{next(_numbers)}"
    postgresql_server.execute(
        f"CREATE DATABASE {name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    )
    with pytest.raises(UnusableDatabase, match=r"keeps texts in LATIN1.*ENCODING 'UTF8'"):
        await starting(postgresql_server.url(name))


async def test_a_role_that_may_make_no_tables(postgresql_server: PostgresqlServer, role: str) -> None:
    database = postgresql_server.new_database()
    with pytest.raises(UnusableDatabase, match=f"GRANT CREATE ON SCHEMA public TO {role}"):
        await starting(database.replace("postgres@", f"{role}@"))


async def test_a_schema_that_is_not_there(postgresql_server: PostgresqlServer) -> None:
    database = postgresql_server.new_database()
    with pytest.raises(UnusableDatabase, match=r"none of its search path \(elsewhere\) exists"):
        await starting(f"{database}?options=-csearch_path%3Delsewhere")


async def test_a_database_that_does_not_answer_yet_is_waited_for() -> None:
    engine = open_database("postgresql://cairn@127.0.0.1:9/cairn")
    check_database(engine)
    engine.dispose()


async def test_one_that_is_set_up_is_used(postgresql_server: PostgresqlServer) -> None:
    engine = open_database(postgresql_server.new_schema())
    check_database(engine)
    engine.dispose()


async def starting(database_url: str) -> None:
    """What a projection that starts there ends with, before it asks for the log."""
    await serve([projection_named("goal_state")], "nats://127.0.0.1:9", database_url, print)
