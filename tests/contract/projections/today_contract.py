"""Whom a clinic talks to first on a day, and why, on every database: the suite that each database inherits."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic_core import from_json
from sqlalchemy import Connection

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from events.plan import types as p
from projections.catalog import projection_named
from projections.engine.database import open_database, reading
from projections.engine.paging import BadCursor, Json
from projections.engine.writer import ProjectionWriter
from projections.goal_state.filters import TodayFilter
from projections.goal_state.today import today
from tests.builders import active_goal, entry, event, gas, opened, proposed, recorded, smart
from tests.contract.projections.queries_contract import statements
from tests.stored import as_message

ORG = "northside"
DAY = date(2026, 3, 19)
"""A Thursday."""
NOW = datetime(2026, 3, 19, 9, tzinfo=UTC)
MONDAY = date(2026, 3, 16)
ANNA, BEN, CARL, DORA, EVA, FINN, GUS = (
    GoalId(ORG, name, "walk") for name in ("anna", "ben", "carl", "dora", "eva", "finn", "gus")
)
PER_WEEK = {"what": "evenings", "target": 6, "per": "week", "direction": "at_least"}


def clinic() -> list[Event]:
    """Anna had a setback; Ben's review is overdue since the 10th and Carl's since the 14th; Dora's is due today; Eva
    tells nothing, but of one goal; Finn is waited for, and has written much; Gus says nothing at all.
    """
    other = GoalId(ORG, "eva", "sleep")
    return [
        *_begun(ANNA, due=date(2026, 3, 22)),
        event(ANNA, entry("a1", date(2026, 3, 18), setback=True, note="<b>Three glasses</b>", mood=3)),
        *_begun(BEN, due=date(2026, 3, 10)),
        event(BEN, entry("b1", date(2026, 3, 18), done=True)),
        *_begun(CARL, due=date(2026, 3, 14), clinician="c2"),
        event(CARL, entry("c1", date(2026, 3, 18), motivation=2)),
        _by(CARL, g.Reviewed(on=date(2026, 3, 18), participants=("clinician",), decision="keep"), "c2"),
        _due(CARL, date(2026, 3, 14)),
        *_begun(DORA, due=DAY),
        event(DORA, entry("d1", date(2026, 3, 18), done=True)),
        *_begun(EVA, due=date(2026, 3, 30)),
        *active_goal(other)[1:],
        _due(other, date(2026, 3, 28)),
        event(other, entry("e1", date(2026, 3, 18), done=True)),
        *_finn(),
        *_begun(GUS, due=date(2026, 4, 1)),
    ]


def _finn() -> list[Event]:
    agreed = smart(measure=PER_WEEK)
    return [
        *_begun(FINN, due=date(2026, 3, 26), smart=agreed, gas=gas(baseline=-1)),
        event(FINN, entry("f0", date(2026, 2, 1), level=-1, mood=9)),
        _by(FINN, g.Reviewed(on=date(2026, 3, 12), participants=("patient",), decision="keep", level=0, note="Good")),
        _due(FINN, date(2026, 3, 26)),
        event(FINN, entry("f1", MONDAY, done=True, mood=6)),
        event(FINN, entry("f3", MONDAY + timedelta(days=2), done=False, level=1, note="At the river")),
        event(FINN.plan, p.Measured(instrument="mood", score=7, on=date(2026, 3, 10)), role="patient"),
        event(FINN.plan, p.Measured(instrument="phq9", score=12, on=date(2026, 1, 5)), role="clinician"),
        event(FINN.plan, p.Measured(instrument="phq9", score=8, on=date(2026, 3, 9)), role="clinician"),
        _by(
            FINN,
            g.Revised(changes=g.Changes(wording="Walk by the river"), reason="setback", note="Three I can promise."),
        ),
        event(FINN, g.ChangeRequested(request="r1", text="Could it be mornings?"), time=NOW - timedelta(days=10)),
    ]


def _begun(goal_id: GoalId, due: date, clinician: str = "c1", **fields: object) -> list[Event]:
    plan, proposal, *others = active_goal(goal_id)
    opening = event(goal_id.plan, opened(clinician=clinician), role="clinician", actor=clinician)
    worded = event(goal_id, proposed(**fields)) if fields else proposal
    assert plan.goal_id.is_plan
    return [opening, worded, *others, _due(goal_id, due)]


def _by(goal_id: GoalId, data: g.GoalPayload, actor: str = "c1") -> Event:
    return event(goal_id, data, role="clinician", actor=actor)


def _due(goal_id: GoalId, on: date) -> Event:
    return event(goal_id, g.ReviewScheduled(due_on=on, cause="routine"), role="system", actor="cairn")


def read(connection: Connection, limit: int = 50, cursor: str | None = None, **filters: object) -> Json:
    found = today(connection, ORG, TodayFilter(**filters), now=NOW, limit=limit, cursor=cursor)  # type: ignore[arg-type]
    answer: Json = from_json(found.json)
    assert found.patients == {each["patient"] for each in answer["items"]}
    return answer


def row_of(connection: Connection, patient: str) -> Json:
    (row,) = read(connection, patient=patient)["items"]
    found: Json = row
    return found


class TodayContract(ABC):
    """Inherit, and say which database."""

    @pytest.fixture(scope="class")
    @classmethod
    @abstractmethod
    def database_url(cls, tmp_path_factory: pytest.TempPathFactory) -> str:
        """An empty database."""

    @pytest.fixture(scope="class")
    @classmethod
    def connection(cls, database_url: str) -> Iterator[Connection]:
        engine = open_database(database_url)
        writer = ProjectionWriter(engine, projection_named("goal_state"), "CAIRN_LOG")
        writer.resume()
        events = recorded(clinic())
        writer.take([as_message(each) for each in events], head=len(events))
        assert writer.go_live(["CAIRN_LOG"])
        with reading(engine) as connection:
            yield connection
        engine.dispose()

    def test_who_waits_for_an_answer_comes_first_and_who_is_silent_last(self, connection: Connection) -> None:
        found = [(each["patient"], each["need"]) for each in read(connection)["items"]]
        assert found == [
            ("finn", "waiting_for_clinician"),
            ("anna", "setback"),
            ("ben", "review_overdue"),
            ("carl", "review_overdue"),
            ("dora", "review_due"),
            ("gus", "no_entry"),
            ("eva", None),
        ]

    def test_a_patient_is_silent_where_nothing_is_told_of_any_goal(self, connection: Connection) -> None:
        assert row_of(connection, "eva")["reasons"] == []
        assert [each["why"] for each in row_of(connection, "gus")["reasons"]] == ["no_entry"]

    def test_pages_go_on_where_the_one_before_ended(self, connection: Connection) -> None:
        whole = [each["patient"] for each in read(connection)["items"]]
        found: list[str] = []
        cursor = None
        for _ in range(3):
            page = read(connection, limit=3, cursor=cursor)
            found += [each["patient"] for each in page["items"]]
            cursor = page["next"]
            assert page["counts"]["patients"] == len(whole)
        assert (found, cursor) == (whole, None)
        with pytest.raises(BadCursor):
            read(connection, cursor="nonsense")

    def test_patients_are_counted_by_clinician_and_by_reason_over_all_pages(self, connection: Connection) -> None:
        counts = read(connection, limit=1)["counts"]
        assert counts["by_clinician"] == [{"clinician": "c1", "patients": 6}, {"clinician": "c2", "patients": 1}]
        assert counts["by_need"]["review_overdue"] == 2
        assert (counts["by_reason"]["waiting_for_clinician"], counts["by_reason"]["motivation_dip"]) == (1, 0)

    def test_one_clinician_sees_their_patients_and_how_many_others_have(self, connection: Connection) -> None:
        found = read(connection, clinician="c2")
        assert [each["patient"] for each in found["items"]] == ["carl"]
        assert (found["counts"]["patients"], len(found["counts"]["by_clinician"])) == (1, 2)

    def test_one_patient_has_a_place_among_the_others_and_no_counts(self, connection: Connection) -> None:
        found = read(connection, patient="ben")
        assert found["counts"] is None
        assert found["items"][0]["place"] == [2, "2026-03-10", "ben"]
        assert read(connection, patient="nobody")["items"] == []

    def test_words_that_wait_for_an_answer_are_the_words_of_the_row(self, connection: Connection) -> None:
        finn = row_of(connection, "finn")
        (waits,) = [each for each in finn["reasons"] if each["awaited"] == "answer_to_change_request"]
        assert (waits["days"], waits["text"], waits["who"]["role"]) == (10, "Could it be mornings?", "patient")
        assert waits["request"] == "r1"
        assert (finn["words"]["text"], finn["words"]["of"]) == ("Could it be mornings?", "answer_to_change_request")

    def test_a_setback_is_told_in_the_words_of_its_entry(self, connection: Connection) -> None:
        anna = row_of(connection, "anna")
        assert anna["words"]["text"] == "<b>Three glasses</b>"
        assert anna["reasons"][0]["since"] == "2026-03-18"
        assert [each["decision"] for each in anna["goals"][0]["offers"]] == ["adjust_scale", "adjust_timeline"]

    def test_what_changed_since_the_last_review_is_there_with_what_stood_before(self, connection: Connection) -> None:
        (goal,) = row_of(connection, "finn")["goals"]
        (revision,) = goal["revisions"]
        assert revision["changes"] == [{"field": "wording", "before": None, "after": "Walk by the river"}]
        assert (revision["reason"], revision["text"], revision["who"]["id"]) == (
            "setback",
            "Three I can promise.",
            "c1",
        )
        assert (revision["agreed"], goal["awaiting_agreement"]) == (False, ["patient"])

    def test_steps_are_told_at_the_review_and_since(self, connection: Connection) -> None:
        (goal,) = row_of(connection, "finn")["goals"]
        review = goal["review"]
        assert (review["on"], review["text"], review["with_patient"]) == ("2026-03-12", "Good", True)
        # The level of the first of February is told before these four weeks; the scale began there, too.
        assert (review["step"]["from"], review["step"]["to"]) == (-1, 0)
        assert (goal["step"]["from"], goal["step"]["to"], goal["step"]["on"]) == (0, 1, "2026-03-18")
        assert goal["step"]["text"] == gas().levels["1"]

    def test_a_day_that_nobody_told_of_is_unknown_and_a_day_ahead_is_not(self, connection: Connection) -> None:
        (goal,) = row_of(connection, "finn")["goals"]
        week = goal["week"]
        states = [each["state"] for each in week["days"]]
        assert states == ["kept", "untold", "otherwise", "today", "ahead", "ahead", "ahead"]
        assert [week[name] for name in ("told", "kept", "otherwise", "untold", "ahead")] == [2, 1, 1, 1, 4]
        assert (week["measured"]["amount"], week["measured"]["target"]) == (1, 6)

    def test_mood_and_scores_are_of_four_weeks_and_nothing_stands_for_what_nobody_told(
        self, connection: Connection
    ) -> None:
        finn = row_of(connection, "finn")
        assert [(each["on"], each["value"]) for each in finn["mood"]] == [("2026-03-10", 7), ("2026-03-16", 6)]
        assert [each["score"] for each in finn["distress"]] == [8]
        (phq9,) = finn["measures"]
        assert (phq9["first"]["score"], phq9["last"]["score"]) == (12, 8)
        assert finn["note"]["text"] == "At the river"
        assert row_of(connection, "gus")["note"] is None

    def test_a_day_before_sees_no_entry_that_was_told_since(self, connection: Connection) -> None:
        (finn,) = read(connection, patient="finn", day=MONDAY)["items"]
        assert [each["state"] for each in finn["goals"][0]["week"]["days"]][:2] == ["kept", "ahead"]
        assert finn["note"] is None

    def test_it_is_one_query_a_table_however_many_patients_are_on_the_page(self, connection: Connection) -> None:
        one = statements(connection, lambda: read(connection, limit=1))
        everybody = statements(connection, lambda: read(connection, limit=50))
        assert one == everybody <= 9
