"""A PostgreSQL that is not set up for projections is refused at the start, in a sentence that says what to do."""

from collections.abc import Sequence
from itertools import count

import pytest
from click.testing import CliRunner

from projections.catalog import projection_named
from projections.engine.database import UnusableDatabase, open_database
from projections.engine.fitness import check_database
from projections.engine.service import serve
from services.cli import cairn
from tests.postgresql import PostgresqlServer

COMMANDS = (
    ("projections", "rebuild", "goal_state"),
    ("projections", "drop-previous", "goal_state"),
    ("projections", "quarantine", "list"),
    ("access", "rebuild", "--yes"),
)
"""Those that open the tables before they ask for anything else."""
_numbers = count(1)


@pytest.fixture
def role(postgresql_server: PostgresqlServer) -> str:
    """A login without rights of its own."""
    name = f"nobody_{next(_numbers)}"
    postgresql_server.execute(f"CREATE ROLE {name} LOGIN")
    return name


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
async def test_a_database_that_is_not_utf_8(postgresql_server: PostgresqlServer, encoding: str) -> None:
    name = f"other_{next(_numbers)}"
    postgresql_server.execute(
        f"CREATE DATABASE {name} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    )
    database = postgresql_server.url(name)
    with pytest.raises(UnusableDatabase, match=rf"keeps texts in {encoding}.*ENCODING 'UTF8'"):
        await starting(database)
    for command in COMMANDS:
        assert f"keeps texts in {encoding}" in refused(command, database)


async def test_a_role_that_may_make_no_tables(postgresql_server: PostgresqlServer, role: str) -> None:
    database = postgresql_server.new_database().replace("postgres@", f"{role}@")
    with pytest.raises(UnusableDatabase, match=f"GRANT CREATE ON SCHEMA public TO {role}"):
        await starting(database)
    for command in COMMANDS:
        assert f"GRANT CREATE ON SCHEMA public TO {role}" in refused(command, database)


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


def refused(command: Sequence[str], database_url: str) -> str:
    """The one sentence with which a command ends that would write tables there."""
    ran = CliRunner().invoke(cairn, [*command, "--database-url", database_url])
    assert ran.exit_code == 1, ran.output
    assert ran.output.startswith("Error: ")
    assert ran.output.count("\n") == 1
    return ran.output
