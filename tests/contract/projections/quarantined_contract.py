"""What reads say of a goal that is quarantined, on every database: how far it goes, and that this is not all."""

import pytest
from sqlalchemy import Engine

from events.identity import LOG
from projections.audit_trail import queries as audit_trail
from projections.audit_trail.filters import AuditFilter
from projections.catalog import projection_named
from projections.engine.database import reading
from projections.engine.quarantine import GoalIsQuarantined
from projections.goal_state import queries as goal_state
from projections.goal_state.evidence import evidence, evidence_in_total
from projections.goal_state.patient.series import read_series
from projections.goal_state.patient.span import Span
from projections.goal_state.patient.tree import read_tree
from projections.goal_state.waiting import waiting
from projections.review_schedule import queries as review_schedule
from tests.builders import NOON
from tests.contract.projections.builds_contract import poisoned, try_again
from tests.contract.projections.contract import POISON, STORY, AnyProjection, DatabaseContract, started, take
from tests.contract.projections.served import audit, caseload, history, served_goal, served_goals
from tests.contract.projections.story import CALL, COOK, READ, WALK

OF_WALK = [message.position for message in STORY if message.subject == WALK.on(LOG)]
OF_READ = [message.position for message in STORY if message.subject == READ.on(LOG)]
OF_CALL = [message.position for message in STORY if message.subject == CALL.on(LOG)]
AFTER_THE_CONTEST = OF_READ[2]
"""At which the goal waits for the clinician."""


class QuarantinedContract(DatabaseContract):
    """Inherit, and say which database."""

    @pytest.fixture
    def projection(self) -> AnyProjection:
        return projection_named("goal_state")

    async def test_reads_mark_a_held_goal_until_it_is_released(self, engine: Engine, projection: AnyProjection) -> None:
        take(started(engine, poisoned(projection)), STORY)
        before = [message for message in STORY if message.subject == WALK.on(LOG) and message.position < POISON]
        with reading(engine) as connection:
            one = served_goal(connection, WALK, now=NOON)
            listed = served_goals(connection, WALK.org, now=NOON)["items"]
            plan = goal_state.plan(connection, WALK.org, WALK.patient, now=NOON)
        assert one
        assert one["quarantined"]["version"] == one["version"] == len(before)
        assert one["quarantined"]["position"] == POISON
        assert one["quarantined"]["reason"].startswith("ZeroDivisionError in builds_contract.py")
        assert {each["goal"] for each in listed if each["quarantined"]} == {WALK.goal}
        assert plan
        assert plan["quarantined"] is None
        await try_again(engine, projection)
        with reading(engine) as connection:
            released = served_goal(connection, WALK, now=NOON)
        assert released
        assert released["quarantined"] is None

    def test_a_goal_of_which_nothing_could_be_taken_is_not_said_to_be_unknown(
        self, engine: Engine, projection: AnyProjection
    ) -> None:
        first = next(message.position for message in STORY if message.subject == WALK.on(LOG))
        take(started(engine, poisoned(projection, first)), STORY)
        with reading(engine) as connection:
            with pytest.raises(GoalIsQuarantined, match=f"its event at position {first} could not be taken in"):
                served_goal(connection, WALK, now=NOON)
            assert served_goal(connection, WALK._replace(goal="nothing"), now=NOON) is None

    def test_a_clinics_lists_mark_a_held_goal(self, engine: Engine, projection: AnyProjection) -> None:
        take(started(engine, poisoned(projection, AFTER_THE_CONTEST)), STORY)
        with reading(engine) as connection:
            goal = served_goal(connection, READ, now=NOON)
            awaited = waiting(connection, READ.org)["items"]
            evident = evidence(connection, READ.org, now=NOON)["items"]
            in_total = evidence_in_total(connection, READ.org, now=NOON)
        assert goal
        assert (goal["quarantined"]["version"], goal["quarantined"]["position"]) == (2, AFTER_THE_CONTEST)
        assert {each["goal"]: each["quarantined"] for each in awaited if each["quarantined"]} == {
            READ.goal: goal["quarantined"]
        }
        assert {each["goal"]: each["quarantined"] for each in evident if each["quarantined"]} == {
            READ.goal: goal["quarantined"]
        }
        assert in_total["quarantined"] == 1

    def test_a_caseload_names_what_is_held_of_each_patient(self, engine: Engine, projection: AnyProjection) -> None:
        take(started(engine, poisoned(projection, AFTER_THE_CONTEST)), STORY)
        with reading(engine) as connection:
            goal = served_goal(connection, READ, now=NOON)
            patients = caseload(connection, READ.org, now=NOON)["items"]
        assert goal
        assert {each["patient"]: each["quarantined"] for each in patients} == {
            READ.patient: [{**READ._asdict(), **goal["quarantined"]}],
            COOK.patient: [],
        }

    def test_a_caseload_names_plans_and_goals_of_which_nothing_could_be_taken(
        self, engine: Engine, projection: AnyProjection
    ) -> None:
        plans = [message.position for message in STORY if message.subject == COOK.plan.on(LOG)]
        take(started(engine, poisoned(poisoned(projection, OF_CALL[0]), plans[1])), STORY)
        with reading(engine) as connection:
            patients = caseload(connection, CALL.org, now=NOON)["items"]
        told = [
            (each["goal"], each["version"], each["position"]) for patient in patients for each in patient["quarantined"]
        ]
        assert sorted(told) == [("call", 0, OF_CALL[0]), ("plan", 1, plans[1])]

    def test_a_patients_tree_and_series_mark_a_held_goal(self, engine: Engine, projection: AnyProjection) -> None:
        take(started(engine, poisoned(projection, AFTER_THE_CONTEST)), STORY)
        with reading(engine) as connection:
            goal = served_goal(connection, READ, now=NOON)
            record = goal_state.record(connection, READ.org, READ.patient, with_diaries=True)
        tree, series = read_tree(record, NOON.date()), read_series(record, NOON.date(), Span())
        assert goal
        assert {each["goal"]: each["quarantined"] for each in series["goals"] if each["quarantined"]} == {
            READ.goal: goal["quarantined"]
        }
        branches = tree["goals_without_priority"]
        assert {each["goal"]: each["quarantined"] for each in branches if each["quarantined"]} == {
            READ.goal: goal["quarantined"]
        }

    def test_a_plan_that_is_held_is_marked(self, engine: Engine, projection: AnyProjection) -> None:
        (_, ranked, *_) = (message.position for message in STORY if message.subject == COOK.plan.on(LOG))
        take(started(engine, poisoned(projection, ranked)), STORY)
        with reading(engine) as connection:
            plan = goal_state.plan(connection, COOK.org, COOK.patient, now=NOON)
        assert plan
        assert (plan["quarantined"]["version"], plan["quarantined"]["position"]) == (1, ranked)

    def test_a_patient_of_whom_nothing_could_be_taken_is_not_said_to_be_unknown(
        self, engine: Engine, projection: AnyProjection
    ) -> None:
        firsts = {message.subject: message.position for message in reversed(STORY)}
        of_cook = [firsts[goal_id.on(LOG)] for goal_id in (COOK, COOK.plan)]
        take(started(engine, poisoned(poisoned(projection, of_cook[0]), of_cook[1])), STORY)
        with reading(engine) as connection:
            with pytest.raises(GoalIsQuarantined, match=f"its event at position {min(of_cook)} could not be taken in"):
                goal_state.record(connection, COOK.org, COOK.patient, with_diaries=False)
            assert goal_state.record(connection, COOK.org, COOK.patient.upper(), with_diaries=False).is_empty

    def test_the_audit_trail_says_what_is_missing_from_it(self, engine: Engine) -> None:
        take(started(engine, poisoned(projection_named("audit_trail"))), STORY)
        reached = len([message for message in STORY if message.subject == WALK.on(LOG) and message.position < POISON])
        with reading(engine) as connection:
            past = history(connection, WALK)
            diff = audit_trail.diff(connection, WALK, 0, 1)
            everything = audit(connection, WALK.org)
            of_others = audit(connection, WALK.org, AuditFilter(patient=COOK.patient))
            elsewhere = audit(connection, WALK.org.upper())
            sound = history(connection, COOK)
        quarantined = past["quarantined"]
        assert (quarantined["version"], quarantined["position"]) == (reached, POISON)
        assert diff
        assert diff["quarantined"] == quarantined
        assert everything["quarantined"] == [{**WALK._asdict(), **quarantined}]
        assert of_others["quarantined"] == elsewhere["quarantined"] == []
        assert sound["quarantined"] is None
        assert sound["quarantined"] is None

    def test_a_review_of_a_held_goal_is_marked(self, engine: Engine) -> None:
        scheduled = [message for message in STORY if message.subject == WALK.on(LOG)]
        review_set = scheduled[3].position
        take(started(engine, poisoned(projection_named("review_schedule"), scheduled[4].position)), STORY)
        assert review_set < scheduled[4].position
        with reading(engine) as connection:
            found = review_schedule.reviews(connection, WALK.org, now=NOON)["items"]
        assert {each["goal"]: each["quarantined"] and each["quarantined"]["position"] for each in found}[WALK.goal] == (
            scheduled[4].position
        )
        assert all(each["quarantined"] is None for each in found if each["goal"] != WALK.goal)
