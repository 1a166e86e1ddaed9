"""The projections' database."""

import sqlite3
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine, column, event, insert, table, text
from sqlalchemy.exc import IntegrityError

from projections.engine import database
from projections.engine.checkpoint import CheckpointKey, read_checkpoint
from projections.engine.database import UnusableDatabase, open_database, reading, writing
from projections.engine.naming import Slot
from projections.engine.status import read_status
from projections.engine.tables import declare_own


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'not there yet' / 'cairn.db'}")
    yield engine
    engine.dispose()


def test_a_reader_sees_one_state_while_a_writer_goes_on(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE notes (note TEXT)"))
    with reading(engine) as reader:
        assert reader.scalar(text("SELECT count(*) FROM notes")) == 0
        with writing(engine) as writer:
            writer.execute(text("INSERT INTO notes VALUES ('one')"))
        assert reader.scalar(text("SELECT count(*) FROM notes")) == 0
    with reading(engine) as reader:
        assert reader.scalar(text("SELECT count(*) FROM notes")) == 1


def test_a_writer_has_the_lock_from_its_start(engine: Engine) -> None:
    beside = sqlite3.connect(str(engine.url.database), timeout=0)
    with closing(beside), writing(engine), pytest.raises(sqlite3.OperationalError, match="locked"):
        beside.execute("BEGIN IMMEDIATE")


def test_writers_of_one_process_take_turns_instead_of_trying_again_and_again(engine: Engine) -> None:
    began = Event()

    def write_too() -> None:
        began.set()
        with writing(engine) as connection:
            # Whoever had to try again would be refused at once.
            connection.exec_driver_sql("INSERT INTO notes VALUES ('two')")

    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 0"))
    with ThreadPoolExecutor() as threads:
        with writing(engine) as connection:
            connection.exec_driver_sql("CREATE TABLE notes (note TEXT)")
            other = threads.submit(write_too)
            began.wait()
            with pytest.raises(TimeoutError):
                other.result(timeout=0.1)
        other.result(timeout=60)
    with reading(engine) as connection:
        assert connection.scalars(text("SELECT note FROM notes")).all() == ["two"]


def test_a_long_reader_leaves_no_large_log_behind(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    pragmas = ("journal_mode = WAL", "wal_autocheckpoint = 10", "journal_size_limit = 100000")
    monkeypatch.setattr(database, "_SQLITE_PRAGMAS", pragmas)
    log = Path(f"{engine.url.database}-wal")
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE notes (note TEXT)")

    def write() -> None:
        with writing(engine) as connection:
            connection.exec_driver_sql("INSERT INTO notes VALUES (hex(randomblob(10000)))")

    with reading(engine) as reader:
        reader.exec_driver_sql("SELECT count(*) FROM notes")
        while log.stat().st_size < 1_000_000:
            write()
    write()
    write()
    assert log.stat().st_size <= 100_000


def test_cairn_bounds_that_log_at_what_it_lets_it_grow_to(engine: Engine) -> None:
    with reading(engine) as connection:
        ask = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS_OF_THE_LOG]
    limit, pages, page_bytes = (int(each or 0) for each in ask)
    assert pages * page_bytes <= limit <= 1.1 * pages * page_bytes


PRAGMAS_OF_THE_LOG = ("journal_size_limit", "wal_autocheckpoint", "page_size")


def test_an_error_takes_everything_back(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE notes (note TEXT)"))

    def break_off() -> None:
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO notes VALUES ('one')"))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        break_off()
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM notes")) == 0


def test_one_transaction_after_another_has_the_connection_that_is_kept(engine: Engine) -> None:
    def driver() -> object:
        with writing(engine) as connection:
            return connection.connection.dbapi_connection

    def driver_of_one_that_fails() -> object:
        with suppress(InterruptedError), writing(engine) as connection:
            failed = connection.connection.dbapi_connection
            raise InterruptedError
        return failed

    first = driver()
    with reading(engine) as connection:
        assert connection.connection.dbapi_connection is not first
    assert driver() is first
    assert driver_of_one_that_fails() is first
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE notes (note TEXT)")


def test_the_engine_gives_up_that_connection_with_all_others(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE notes (note TEXT)")
    file = Path(str(engine.url.database))
    engine.dispose()
    # Whoever closes an SQLite file as the last one puts its log into it.
    assert [each.name for each in file.parent.iterdir()] == [file.name]
    with writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO notes VALUES ('one')")


def test_a_transaction_goes_to_the_file_that_stands_there_now(engine: Engine) -> None:
    file = Path(str(engine.url.database))
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE notes (note TEXT)")
    other = open_database(f"sqlite:///{file}.new")
    with writing(other) as connection:
        connection.exec_driver_sql("CREATE TABLE others (note TEXT)")
    other.dispose()
    Path(f"{file}.new").rename(file)
    with writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO others VALUES ('one')")
    beside = sqlite3.connect(file)
    with closing(beside):
        assert beside.execute("SELECT note FROM others").fetchall() == [("one",)]


def test_errors_do_not_repeat_what_a_row_holds(engine: Engine) -> None:
    notes = table("notes", column("note"))
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE notes (note TEXT UNIQUE)"))
        connection.execute(insert(notes), [{"note": "I drank on Tuesday"}])
    with pytest.raises(IntegrityError) as caught, writing(engine) as connection:
        connection.execute(insert(notes), [{"note": "I drank on Tuesday"}])
    assert "Tuesday" not in str(caught.value)


def test_a_projection_that_never_ran_has_no_checkpoint_and_says_so(engine: Engine) -> None:
    with writing(engine) as connection:
        declare_own(connection)
    key = CheckpointKey("goal_state", Slot.LIVE, "CAIRN_LOG")
    with reading(engine) as connection:
        assert read_checkpoint(connection, key) is None
        status = read_status(connection, "goal_state", "CAIRN_LOG", head=12)
    assert (status["state"], status["position"], status["head"], status["lag"]) == ("never_started", 0, 12, 12)


@pytest.mark.parametrize("url", ["postgresql://cairn@db/clinic", "postgres://cairn@db/clinic"])
def test_postgresql_is_spoken_to_by_psycopg(url: str) -> None:
    engine = open_database(url)
    assert (engine.dialect.name, engine.driver) == ("postgresql", "psycopg")


@pytest.mark.parametrize(
    "url", ["secret", "mysql://cairn:secret@db/clinic", "postgresql+asyncpg://cairn:secret@db/x", ""]
)
def test_an_address_of_anything_else_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(UnusableDatabase, match=r"sqlite:///path.*postgresql://user@host/name") as refused:
        open_database(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused_as_each_process_would_have_its_own(url: str) -> None:
    with pytest.raises(UnusableDatabase, match=r"in memory is nothing for projections.*Name a file: sqlite:///path"):
        open_database(url)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    with pytest.raises(UnusableDatabase, match=r"The folder .*a file/deeper of the database cannot be made: Not a dir"):
        open_database(f"sqlite:///{tmp_path / 'a file' / 'deeper' / 'cairn.db'}")


def test_without_the_driver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UnusableDatabase, match=r"pip install 'psycopg\[binary\]'"):
        open_database("postgresql://cairn@db/clinic")
