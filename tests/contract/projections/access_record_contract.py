"""What holds for the record of who read what on every database."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from events.access_record import ACCESS_STREAM, EVERY_PATIENT
from events.envelope import StoredMessage
from projections.access_record.filters import AccessFilter
from projections.access_record.queries import AccessPlace, access_at, accesses, count_accesses, latest_accesses
from projections.access_record.tables import NAME, VERSION, tables
from projections.access_record.writer import AccessWriter, begin_anew
from projections.engine.checkpoint import CheckpointMoved
from projections.engine.database import reading, writing
from projections.engine.paging import BadCursor, Json
from projections.engine.status import read_status
from projections.engine.tables import QUARANTINE
from tests.access import NOON, access_message, access_record
from tests.contract.projections.contract import DatabaseContract, stopped_at

Rows = dict[str, list[tuple[object, ...]]]

STORY = [
    access_message(1, access_record("p1"), access_record("p1", "p2", operation="goals_of_org")),
    access_message(2, access_record("p1", org="south")),
    access_message(3, access_record("p2", at=NOON + timedelta(minutes=1), outcome="refused", code="access.denied")),
    access_message(4, access_record(EVERY_PATIENT, at=NOON + timedelta(minutes=2), operation="log_backup")),
    access_message(5, access_record("p1", "p1", at=NOON + timedelta(minutes=3), reader="eli", token="8f2c", roles=())),
]


class AccessRecordContract(DatabaseContract):
    """Inherit, and say which database."""

    @pytest.fixture
    def writer(self, engine: Engine) -> AccessWriter:
        return started(engine)

    @pytest.mark.parametrize("size", [1, 2, 5])
    def test_the_rows_do_not_depend_on_how_messages_are_batched(
        self, engine: Engine, writer: AccessWriter, size: int
    ) -> None:
        take(writer, STORY, size)
        found = rows(engine)
        with writing(engine) as connection:
            begin_anew(connection)
        take(started(engine), STORY, len(STORY))
        assert rows(engine) == found
        assert len(found["readings"]) == 6
        assert len(found["patients"]) == 6

    def test_it_goes_on_from_its_checkpoint(self, engine: Engine, writer: AccessWriter) -> None:
        take(writer, STORY[:3], 3)
        again = AccessWriter(engine)
        assert again.resume() == 3
        take(again, STORY[3:], 2)
        assert len(rows(engine)["readings"]) == 6

    @pytest.mark.parametrize("where", ["cairn_checkpoints", "access_record_readings", "cairn_projection_status"])
    def test_rows_and_checkpoint_are_written_together_or_not_at_all(
        self, engine: Engine, writer: AccessWriter, where: str
    ) -> None:
        take(writer, STORY[:2], 2)
        before = rows(engine)
        with stopped_at(engine, where):
            take(writer, STORY[2:], 3)
        assert rows(engine) == before
        assert writer.resume() == 2

    def test_a_second_copy_writes_nothing_twice(self, engine: Engine, writer: AccessWriter) -> None:
        other = started(engine)
        take(writer, STORY[:3], 3)
        with pytest.raises(CheckpointMoved):
            take(other, STORY[:4], 4)
        with pytest.raises(CheckpointMoved):
            other.look()
        assert other.resume() == 3
        take(other, STORY[3:], 2)
        assert len(rows(engine)["readings"]) == 6

    def test_a_message_that_cannot_be_read_is_written_down_and_holds_up_nothing(
        self, engine: Engine, writer: AccessWriter
    ) -> None:
        spoilt = [access_message(2, data=b"I want to get through an evening")]
        take(writer, [STORY[0], *spoilt, *STORY[2:]], 5)
        with reading(engine) as connection:
            quarantined = connection.execute(select(QUARANTINE)).all()
            status = read_status(connection, NAME, ACCESS_STREAM)
        assert [(each.position, each.subject) for each in quarantined] == [(2, "cairn.access.north")]
        assert "evening" not in quarantined[0].reason
        assert (status["position"], status["quarantined"], status["state"]) == (5, 1, "live")
        assert len(rows(engine)["readings"]) == 5

    def test_what_its_age_has_ended_in_the_stream_goes_here_too(self, engine: Engine, writer: AccessWriter) -> None:
        take(writer, STORY, 5)
        writer.forget_before(4)
        with writing(engine) as connection:
            left = [item["position"] for item in accesses(connection, "north", "p1")["items"]]
        assert left == [5, 4]
        assert {row[0] for row in rows(engine)["readings"]} == {4, 5}

    def test_readings_come_the_newest_first(self, engine: Engine, writer: AccessWriter) -> None:
        take(writer, STORY, 5)
        assert places(listed(engine, "p1")) == [(5, 0), (4, 0), (1, 1), (1, 0)]
        assert places(listed(engine, "p2")) == [(4, 0), (3, 0), (1, 1)]
        assert places(listed(engine, "nobody")) == [(4, 0)]

    def test_patients_of_one_message_are_told_apart(self, engine: Engine, writer: AccessWriter) -> None:
        """Also where the number of one reading is a part of another's."""
        twelve = (access_record("p2" if number in {1, 11} else "p1") for number in range(12))
        take(writer, [access_message(1, *twelve)], 1)
        assert places(listed(engine, "p2")) == [(1, 11), (1, 1)]
        assert places(listed(engine, "p1")) == [(1, number) for number in (10, *range(9, 1, -1), 0)]
        with reading(engine) as connection:
            assert access_at(connection, "north", "p1", 1, 1) is None
            assert count_accesses(connection, "north", "p1") == 10

    def test_a_reading_says_who_what_when_and_why(self, engine: Engine, writer: AccessWriter) -> None:
        take(writer, STORY, 5)
        newest, everyone = listed(engine, "p1")["items"][:2]
        refused = listed(engine, "p2")["items"][1]
        assert newest == {
            "org": "north",
            "patient": "p1",
            "at": "2026-03-02T12:03:00+00:00",
            "position": 5,
            "number": 0,
            "request": "r1",
            "reader": "eli",
            "kind": "person",
            "roles": [],
            "client": None,
            "token": "8f2c",
            "address": None,
            "channel": "http",
            "reading": "goals",
            "operation": "one_goal",
            "interaction": "read",
            "purpose": "TREAT",
            "outcome": "told",
            "code": None,
            "everyone": False,
        }
        assert (everyone["patient"], everyone["everyone"], everyone["operation"]) == ("p1", True, "log_backup")
        assert (refused["outcome"], refused["code"]) == ("refused", "access.denied")

    def test_they_come_in_pages(self, engine: Engine, writer: AccessWriter) -> None:
        take(writer, STORY, 5)
        whole, cursor, found = listed(engine, "p1")["items"], None, []
        while True:
            page = listed(engine, "p1", limit=1, cursor=cursor)
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                break
        assert found == whole
        with pytest.raises(BadCursor), reading(engine) as connection:
            accesses(connection, "north", "p1", cursor="WyJnb2FscyJd")

    def test_they_are_filtered_by_time_and_by_reader(self, engine: Engine, writer: AccessWriter) -> None:
        take(writer, STORY, 5)
        between = AccessFilter(since=NOON + timedelta(minutes=2), until=NOON + timedelta(minutes=3))
        assert places(listed(engine, "p1", between)) == [(4, 0)]
        assert places(listed(engine, "p1", AccessFilter(reader="eli"))) == [(5, 0)]
        with reading(engine) as connection:
            assert count_accesses(connection, "north", "p1") == 4
            assert count_accesses(connection, "north", "p1", between) == 1

    def test_the_newest_before_a_place(self, engine: Engine, writer: AccessWriter) -> None:
        take(writer, STORY, 5)
        before = AccessPlace(NOON + timedelta(minutes=2), 4, 0)
        with reading(engine) as connection:
            found = latest_accesses(connection, "north", "p1", before=before, limit=1)
            assert [(each["position"], each["number"]) for each in found] == [(1, 1)]
            assert access_at(connection, "north", "p1", 1, 1) == found[0]
            assert access_at(connection, "north", "p2", 1, 0) is None

    def test_tables_of_an_older_version_are_built_again(
        self, engine: Engine, writer: AccessWriter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        take(writer, STORY, 5)
        monkeypatch.setattr("projections.access_record.writer.VERSION", VERSION + 1)
        newer = AccessWriter(engine)
        assert newer.resume() == 0
        take(newer, STORY, 5)
        assert len(rows(engine)["readings"]) == 6


def started(engine: Engine) -> AccessWriter:
    writer = AccessWriter(engine)
    writer.resume()
    return writer


def take(writer: AccessWriter, messages: list[StoredMessage], size: int) -> None:
    for start in range(0, len(messages), size):
        writer.take(messages[start : start + size], head=messages[-1].position)


def rows(engine: Engine) -> Rows:
    with reading(engine) as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for name, table in tables().items()
        }


def listed(
    engine: Engine, patient: str, filters: AccessFilter | None = None, limit: int = 100, cursor: str | None = None
) -> Json:
    with reading(engine) as connection:
        return accesses(connection, "north", patient, filters or AccessFilter(), limit=limit, cursor=cursor)


def places(page: Json) -> list[tuple[int, int]]:
    return [(item["position"], item["number"]) for item in page["items"]]
