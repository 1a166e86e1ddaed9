"""What is served out of the tables is what a replay of the log gives, for whoever reads, on every database."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random

import pytest
from pydantic_core import to_jsonable_python
from sqlalchemy import Connection, Engine, select

from events.event import RecordedEvent
from events.flag import Audience
from events.goal import GoalState
from events.goal import types as g
from events.goal.reading import PARTS, Part, read_goal
from events.identity import GoalId
from projections.catalog import projection_named
from projections.engine.database import reading, writing
from projections.engine.paging import Json
from projections.goal_state import diary_queries, queries
from projections.goal_state.caseload_rows import add_up
from projections.goal_state.patient.plan import read_plan_with_goals
from projections.goal_state.patient.record import PatientRecord, fold_patient
from projections.goal_state.patient.tree import read_tree
from projections.goal_state.projector import statement_hash
from projections.goal_state.today_week import counts_from
from tests.builders import event, recorded
from tests.contract.projections.contract import DatabaseContract, started, take
from tests.contract.projections.lives import ORG, PATIENTS, lives
from tests.contract.projections.served import caseload, served_goal, served_goals
from tests.stored import as_message


class ServedContract(DatabaseContract):
    """Inherit, and say which database."""

    @pytest.mark.parametrize("seed", range(2))
    def test_whatever_happened_it_is_what_a_replay_gives(self, engine: Engine, seed: int) -> None:
        self.live_through(engine, seed)

    def live_through(self, engine: Engine, seed: int) -> None:
        """Let happen what a seed decides; every now and then, what is served is compared with a replay."""
        chance = Random(seed)
        events = recorded(lives(chance))
        writer = started(engine, projection_named("goal_state"))
        taken = 0
        for until in (40, 90, 150, len(events)):
            while taken < until:
                together = min(chance.choice((1, 3, 30)), until - taken)
                take(writer, [as_message(each) for each in events[taken : taken + together]])
                taken += together
            self._check(engine, events[:until])

    def test_what_is_as_it_was_is_served_without_being_judged_again(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        events = recorded(lives(Random(11)))
        at = events[-1].event.time
        writer = started(engine, projection_named("goal_state"))
        take(writer, [as_message(each) for each in events[:-1]])

        def served() -> tuple[Json, Json]:
            with reading(engine) as connection:
                return served_goals(connection, ORG, now=at), caseload(connection, ORG, now=at)

        first = served()
        with monkeypatch.context() as patch:
            patch.setattr("projections.goal_state.served_goals.what_follows", _judged_again)
            patch.setattr("projections.goal_state.caseload.reasons", _judged_again)
            assert served() == first
        more = event(id_of(first[0]["items"][0]), g.ChangeRequested(request="another", text="Could it wait?"), time=at)
        version = first[0]["items"][0]["version"] + 1
        take(writer, [as_message(replace(recorded([more], first_position=len(events))[0], version=version))])
        assert served() != first

    def _check(self, engine: Engine, events: Sequence[RecordedEvent]) -> None:
        """Compare every read with a replay of these events, at the instant of the last."""
        records = {
            patient: fold_patient(each for each in events if each.goal_id.patient == patient) for patient in PATIENTS
        }
        at = events[-1].event.time
        with writing(engine) as connection:
            kept_up = sums(connection)
            add_up(connection, projection_named("goal_state").tables(), None)
            assert sums(connection) == kept_up
        audiences: tuple[Audience, ...] = ("staff", "patient")
        wanted: tuple[tuple[Part, ...], ...] = ((), PARTS)
        for audience in audiences:
            for include in wanted:
                replayed = [
                    read_goal(
                        state,
                        record.plan,
                        at=at,
                        others=record.others(state),
                        copies=copies(state, records.values()),
                        audience=audience,
                        include=include,
                    )
                    for record in records.values()
                    for state in record.goals
                ]
                with reading(engine) as connection:
                    listed = served_goals(connection, ORG, now=at, audience=audience, include=include)
                    each_alone = [
                        served_goal(connection, id_of(goal), now=at, audience=audience, include=include)
                        for goal in replayed
                    ]
                assert listed["items"] == each_alone == replayed
            for patient, record in records.items():
                if record.plan is not None:
                    with reading(engine) as connection:
                        plan = queries.plan(connection, ORG, patient, now=at, audience=audience)
                    assert plan == read_plan_with_goals(record.plan, record, at=at, audience=audience)
        for patient, record in records.items():
            with reading(engine) as connection:
                without = queries.record(connection, ORG, patient, with_diaries=False)
                whole = queries.record(connection, ORG, patient, with_diaries=True)
            assert whole == record
            assert {goal.goal: without.diary(goal) for goal in without.goals} == {
                goal.goal: record.diary(goal) for goal in record.goals
            }
            day = at.date()
            with reading(engine) as connection:
                of_the_week = queries.record(connection, ORG, patient, with_diaries=True, since=counts_from(day))
            assert read_tree(of_the_week, day) == read_tree(record, day)
            for state in record.goals:
                diary = read_goal(state, None, include=["progress"])["progress"]
                with reading(engine) as connection:
                    assert pages(connection, GoalId(ORG, patient, state.goal), newest_first=False) == diary
                    assert pages(connection, GoalId(ORG, patient, state.goal), newest_first=True) == diary[::-1]


def _judged_again(*_: object, **__: object) -> None:
    raise AssertionError("it is judged again")


def sums(connection: Connection) -> Sequence[object]:
    """The rows of patients that their goals add up to."""
    table = projection_named("goal_state").tables()["caseload"]
    return connection.execute(select(table).order_by(table.c.patient)).all()


def copies(goal: GoalState, records: Iterable[PatientRecord]) -> int:
    """How many other patients have a goal with the same text."""
    text = statement_hash(goal.statement)
    having = {
        other.patient for record in records for other in record.valid_goals if statement_hash(other.statement) == text
    }
    return len(having - {goal.patient})


def pages(connection: Connection, goal_id: GoalId, *, newest_first: bool) -> list[Json]:
    """The diary of a goal, read in pages of three."""
    items: list[Json] = []
    cursor = None
    while True:
        page = diary_queries.entries(connection, goal_id, newest_first=newest_first, limit=3, cursor=cursor)
        assert page is not None
        assert len(page["items"]) <= 3
        items += to_jsonable_python(page["items"])
        cursor = page["next"]
        if cursor is None:
            return items


def id_of(goal: Json) -> GoalId:
    return GoalId(goal["org"], goal["patient"], goal["goal"])
