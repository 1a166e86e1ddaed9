"""Short queries on the connection that is kept for them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from projections.engine.short_reads import BrokenOff, ShortReads
from tests.unit.notes import COUNT, ENDLESS, write


@pytest.fixture
def path(notes: Engine) -> Path:
    """The file that the notes are in."""
    assert notes.url.database is not None
    return Path(notes.url.database)


@pytest.fixture
def short(notes: Engine) -> Iterator[ShortReads]:
    short = ShortReads(notes, most_seconds=0.5)
    short.open()
    yield short
    short.close()


def count(short: ShortReads) -> object:
    with short.reading() as connection:
        return connection.scalar(COUNT)


def test_each_reading_sees_what_is_committed_and_one_state_of_it(notes: Engine, short: ShortReads) -> None:
    assert count(short) == 0
    write(notes)
    with short.reading() as connection:
        assert connection.scalar(COUNT) == 1
        write(notes)
        assert connection.scalar(COUNT) == 1
    assert count(short) == 2


def test_a_query_that_does_not_end_is_broken_off_and_the_next_is_answered(short: ShortReads) -> None:
    with pytest.raises(BrokenOff), short.reading() as connection:
        connection.scalar(ENDLESS)

    assert count(short) == 0


def test_a_query_that_the_database_refuses_is_broken_off_and_a_new_connection_answers(short: ShortReads) -> None:
    with pytest.raises(BrokenOff), short.reading() as connection:
        connection.scalar(text("SELECT count(*) FROM no_such_table"))

    short.open()
    assert count(short) == 0


def test_what_comes_too_late_is_broken_off_or_answered_and_nothing_else(notes: Engine) -> None:
    late = ShortReads(notes, most_seconds=-1)
    late.open()
    for _ in range(3000):
        with suppress(BrokenOff):
            assert count(late) == 0
    late.close()


def test_a_lock_is_not_waited_for(short: ShortReads) -> None:
    with short.reading() as connection:
        assert connection.scalar(text("PRAGMA busy_timeout")) == 0


def test_a_mistake_of_the_query_leaves_the_connection_as_it_was(short: ShortReads) -> None:
    with pytest.raises(KeyError), short.reading():
        raise KeyError

    assert count(short) == 0


def test_a_file_that_was_replaced_is_not_read_any_more(path: Path, notes: Engine, short: ShortReads) -> None:
    write(notes)
    assert count(short) == 1
    with closing(sqlite3.connect(path.with_name("other"))) as other:
        other.execute("CREATE TABLE notes (note TEXT)")
    path.with_name("other").replace(path)

    with pytest.raises(BrokenOff):
        count(short)
    short.open()
    assert count(short) == 0


def test_a_reading_goes_on_though_a_connection_to_another_file_is_made_meanwhile(
    path: Path, notes: Engine, short: ShortReads
) -> None:
    write(notes)
    with closing(sqlite3.connect(path.with_name("other"))) as other:
        other.execute("CREATE TABLE notes (note TEXT)")

    with short.reading() as connection:
        assert connection.scalar(COUNT) == 1
        path.with_name("other").replace(path)
        short.open()
        assert connection.scalar(COUNT) == 1

    assert count(short) == 0
