"""The projection that docs/projections.md walks through, on every database."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from engagement_by_week.projection import PROJECTION
from engagement_by_week.projector import project
from engagement_by_week.queries import engagement_by_week
from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from projections.engine.database import reading
from projections.engine.paging import Json
from tests.builders import active_goal, entry, event, proposed, recorded
from tests.contract.projections.contract import AnyProjection, ProjectionContract, started, take
from tests.postgresql import PostgresqlServer
from tests.stored import stored

ORG = "northside"
WALK, GROUP, WRONG = (GoalId(ORG, "anna", token) for token in ("walk", "group", "wrong"))
COOK = GoalId(ORG, "ben", "cook")
WEEK, NEXT_WEEK, LATER = date(2026, 2, 2), date(2026, 2, 9), date(2026, 3, 2)
"""Mondays; three whole weeks lie between the last two."""


def clinic() -> list[Event]:
    """Anna tells of two goals, and of a third that was never hers; Ben begins a diary late."""
    return [
        *active_goal(WALK),
        event(WALK, entry("mon", date(2026, 2, 2))),
        event(WALK, entry("tue", date(2026, 2, 3), setback=True)),
        event(WALK, entry("sun", date(2026, 2, 8), note="Sunday night")),
        event(GROUP, proposed(life_area="attendance")),
        event(GROUP, entry("one", date(2026, 2, 3), done=True)),
        event(GROUP, entry("two", date(2026, 2, 10), done=False)),
        event(GROUP, entry("three", date(2026, 2, 12), mood=4)),
        event(WRONG, proposed()),
        event(WRONG, entry("mon", date(2026, 2, 16))),
        event(WALK, entry("late", date(2026, 2, 4))),
        event(WALK, g.ProgressCorrected(entry="late", on=date(2026, 3, 4), reason="the wrong month")),
        event(WRONG, g.EnteredInError(reason="somebody else's")),
        event(COOK, proposed()),
        event(COOK, entry("first", date(2026, 3, 3))),
    ]


class EngagementByWeek(ProjectionContract):
    """All that holds for every projection, and what this one answers."""

    @pytest.fixture
    def projection(self) -> AnyProjection:
        return PROJECTION

    @pytest.fixture
    def connection(self, engine: Engine) -> Iterator[Connection]:
        take(started(engine, PROJECTION), stored(clinic()))
        with reading(engine) as connection:
            yield connection

    def test_a_week_tells_what_was_entered_about_all_goals(self, connection: Connection) -> None:
        first, *_ = engagement_by_week(connection, ORG)["items"]
        assert first == {
            "org": ORG,
            "patient": "anna",
            "week": "2026-02-02",
            "entries": 4,
            "days_with_entry": 3,
            "setbacks": 1,
            "quiet_weeks_before": None,
            "attendance": {"told": 1, "done": 1},
        }

    def test_weeks_without_an_entry_are_not_listed_and_the_next_one_says_how_many(self, connection: Connection) -> None:
        found = engagement_by_week(connection, ORG)
        assert weeks(found) == [("anna", WEEK), ("anna", NEXT_WEEK), ("anna", LATER), ("ben", LATER)]
        assert [each["quiet_weeks_before"] for each in found["items"]] == [None, 0, 2, None]

    def test_what_an_entry_does_not_say_is_not_counted_as_no(self, connection: Connection) -> None:
        _, second, *_ = engagement_by_week(connection, ORG)["items"]
        assert (second["entries"], second["attendance"]) == (2, {"told": 1, "done": 0})

    def test_it_is_asked_by_patient_and_first_week(self, connection: Connection) -> None:
        assert weeks(engagement_by_week(connection, ORG, patient="ben")) == [("ben", LATER)]
        (last,) = engagement_by_week(connection, ORG, patient="anna", since=LATER)["items"]
        assert last["quiet_weeks_before"] == 2
        assert weeks(engagement_by_week(connection, "southside")) == []

    def test_pages_follow_on_each_other(self, connection: Connection) -> None:
        first = engagement_by_week(connection, ORG, limit=3)
        second = engagement_by_week(connection, ORG, limit=3, cursor=first["next"])
        assert first["items"] + second["items"] == engagement_by_week(connection, ORG)["items"]
        assert (len(first["items"]), second["next"]) == (3, None)

    def test_the_view_has_the_same_numbers(self, connection: Connection) -> None:
        told = "entries, days_with_entry, setbacks, attendance_told, attendance_done"
        rows = connection.execute(text(f"SELECT {told} FROM v_engagement_by_week ORDER BY patient, week"))  # noqa: S608 - ours
        assert [tuple(row) for row in rows] == [
            (each["entries"], each["days_with_entry"], each["setbacks"], *each["attendance"].values())
            for each in engagement_by_week(connection, ORG)["items"]
        ]


class TestOnSqlite(EngagementByWeek):
    @pytest.fixture
    def database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'cairn.db'}"


class TestOnPostgresql(EngagementByWeek):
    @pytest.fixture
    def database_url(self, postgresql_server: PostgresqlServer) -> str:
        return postgresql_server.new_schema()


def test_the_projector_writes_what_changed_and_takes_back_what_was_entered_in_error() -> None:
    events = recorded(each for each in clinic() if each.goal_id == WRONG)
    before = project(None, events[:2])
    assert [row["entry"] for row in before.upserts["entries"]] == ["mon"]
    assert before.after
    after = project(before.after.state, events[2:])
    assert after.upserts["entries"] == []
    assert after.deletes["entries"] == [{**WRONG._asdict(), "entry": "mon"}]


def weeks(page: Json) -> list[tuple[str, date]]:
    return [(item["patient"], date.fromisoformat(item["week"])) for item in page["items"]]
