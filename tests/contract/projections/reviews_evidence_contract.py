"""The evidence of reviews where life is irregular, on every database: the suite that each database inherits."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection

from events.event import Event, RecordedEvent
from events.goal import types as g
from events.identity import GoalId
from events.plan import types as p
from projections.catalog import projection_named
from projections.engine.database import open_database, reading
from projections.engine.paging import Json
from projections.engine.writer import ProjectionWriter
from projections.goal_state.evidence import evidence, evidence_in_total
from projections.goal_state.filters import EvidenceFilter
from tests.builders import NOON, active_goal, event, recorded
from tests.stored import as_message

ORG = "riverside"
MOVED, UNHELD, FAR, TYPED_LATE = (GoalId(ORG, patient, "walk") for patient in ("eve", "fay", "gus", "hal"))
LATER = 61
"""The day from which it is looked at; 0 is the one on which all of them began."""


def day(number: int) -> date:
    return NOON.date() + timedelta(days=number)


class Clinic:
    """Four goals whose plans ask for a review every 14 days; each event is recorded at noon of its day."""

    def __init__(self) -> None:
        self.events: list[tuple[datetime, Event]] = []
        for goal_id in (MOVED, UNHELD, FAR, TYPED_LATE):
            self.events += [(NOON, each) for each in active_goal(goal_id)]
            self.due(goal_id, 14, on=0, cause="initial", by="cairn")
        # On the eve, the day is moved to a later one, on which the review takes place.
        self.due(MOVED, 20, on=13, cause="moved", by="c2")
        self.held(MOVED, 20)
        # Nobody reviews it in two months; then it is closed, and the plan asks for more afterwards.
        self.add(UNHELD, g.Closed(outcome="retired", reason="moved away"), on=60)
        self.add(UNHELD.plan, p.Amended(review_every_days=7, reason="new rule"), on=60)
        # The next one is set far out.
        self.held(FAR, 14)
        self.due(FAR, 234, on=14)
        # The review of the fortnight is typed in after the one of the month.
        self.held(TYPED_LATE, 28)
        self.due(TYPED_LATE, 42, on=28)
        self.held(TYPED_LATE, 14, recorded_on=40)

    def add(self, goal_id: GoalId, data: g.GoalPayload | p.PlanPayload, *, on: int, by: str = "c1") -> None:
        at = NOON + timedelta(days=on)
        role = "system" if by == "cairn" else "clinician"
        self.events.append((at, event(goal_id, data, role=role, actor=by, time=at)))  # type: ignore[arg-type]

    def due(self, goal_id: GoalId, due: int, *, on: int, cause: str = "routine", by: str = "cairn") -> None:
        self.add(goal_id, g.ReviewScheduled.model_validate({"due_on": day(due), "cause": cause}), on=on, by=by)

    def held(self, goal_id: GoalId, on: int, *, recorded_on: int | None = None) -> None:
        review = g.Reviewed(on=day(on), participants=("patient", "clinician"), decision="keep")
        self.add(goal_id, review, on=on if recorded_on is None else recorded_on)

    def recorded(self) -> list[RecordedEvent]:
        kept = recorded(each for _, each in self.events)
        return [
            RecordedEvent(each.event, each.position, each.version, at + timedelta(seconds=each.position))
            for each, (at, _) in zip(kept, self.events, strict=True)
        ]


class ReviewsEvidenceContract(ABC):
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
        events = Clinic().recorded()
        for half in (events[:22], events[22:]):
            writer.take([as_message(each) for each in half], head=len(events))
        assert writer.go_live(["CAIRN_LOG"])
        with reading(engine) as connection:
            yield connection
        engine.dispose()

    def test_a_due_day_moved_on_its_eve_does_not_make_a_late_review_timely(self, connection: Connection) -> None:
        moved = of(connection, MOVED)
        assert (moved["reviews"], moved["timely"], moved["late"], moved["moved"]) == (1, 0, 1, 1)
        first = moved["expected_reviews"][0]
        assert (first["due_on"], first["held_on"], first["days_late"]) == ("2026-03-16", "2026-03-22", 6)
        assert first["moves"] == [
            {
                "from": "2026-03-16",
                "to": "2026-03-22",
                "by": "c2",
                "role": "clinician",
                "on": "2026-03-15",
                "cause": "moved",
            }
        ]

    def test_reviews_never_held_outlast_the_goal(self, connection: Connection) -> None:
        unheld = of(connection, UNHELD)
        assert (unheld["status"], unheld["reviews_expected"], unheld["never_held"]) == ("closed", 4, 4)
        (never,) = unheld["expected_reviews"]
        assert never["never_held_on"] == [day(each).isoformat() for each in (14, 28, 42, 56)]

    def test_a_next_review_far_out_is_flagged_and_the_cadence_goes_on(self, connection: Connection) -> None:
        far = of(connection, FAR)
        assert (far["far_away"], far["overdue"], far["next_review_on"]) == (1, False, day(234).isoformat())
        assert (far["reviews_expected"], far["reviews"], far["never_held"]) == (4, 1, 2)

    def test_a_review_typed_in_late_counts_on_its_own_day(self, connection: Connection) -> None:
        typed = of(connection, TYPED_LATE)
        assert (typed["reviews"], typed["timely"], typed["recorded_later"]) == (2, 2, 1)
        assert [each["recorded_days_after"] for each in typed["expected_reviews"]] == [26, 0, None]

    def test_evidence_of_a_period_is_about_its_days(self, connection: Connection) -> None:
        march = EvidenceFilter(until=day(29))
        total = evidence_in_total(connection, ORG, march, now=NOON + timedelta(days=LATER))
        pages = evidence(connection, ORG, march, now=NOON + timedelta(days=LATER))["items"]
        assert (total["reviews"], total["never_held"], total["moved"], total["far_away"]) == (4, 2, 1, 1)
        assert total["reviews"] == sum(each["reviews"] for each in pages)

    def test_the_total_is_that_of_the_goals(self, connection: Connection) -> None:
        now = NOON + timedelta(days=LATER)
        items, total = evidence(connection, ORG, now=now)["items"], evidence_in_total(connection, ORG, now=now)
        names = ("reviews_expected", "reviews", "timely", "late", "never_held", "moved", "recorded_later", "far_away")
        assert {name: total[name] for name in names} == {name: sum(each[name] for each in items) for name in names}


def of(connection: Connection, goal_id: GoalId) -> Json:
    found = evidence(connection, ORG, EvidenceFilter(patient=goal_id.patient), now=NOON + timedelta(days=LATER))
    (goal,) = found["items"]
    return goal  # type: ignore[no-any-return]
