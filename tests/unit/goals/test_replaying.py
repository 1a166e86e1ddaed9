"""The rules replayed over a log: what was decided verifies clean, what was not is found, and a race is allowed for."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from events.event import RecordedEvent
from events.goal import types as g
from events.identity import GoalId
from events.log.findings import Verification
from events.log.verification import Verifier
from events.plan import types as p
from events.vocabulary import External
from services.goals.appends import consequence_id
from services.goals.replaying import ReplayedRules
from services.sample.clinic import northside
from tests.builders import GOAL, NOON, active_goal, entry, event, opened, proposed, smart
from tests.decided import decided
from tests.specification import clinician, patient
from tests.stored import as_message

LATER = NOON + timedelta(days=1)


def verify(events: Iterable[RecordedEvent]) -> Verification:
    verifier = Verifier(ReplayedRules())
    for each in events:
        verifier.take(as_message(each))
    return verifier.finish()


def kinds(events: Iterable[RecordedEvent]) -> list[tuple[str, int]]:
    return [(finding.kind, finding.position) for finding in verify(events).findings]


def test_the_sample_clinic_is_sound() -> None:
    today = date(2026, 11, 28)
    found = verify(decided(northside(today), at=datetime(2026, 11, 28, 12, tzinfo=UTC)))
    assert found.sound, found.findings
    assert found.events > 400


def test_an_activation_of_a_goal_that_nobody_agreed_to() -> None:
    plan, proposal, _, activation = active_goal()
    [*events] = decided([plan, proposal])
    forged = RecordedEvent(activation, 3, 2, NOON)
    found = verify([*events, forged])
    assert [(each.kind, each.position, each.subject) for each in found.findings] == [("rule", 3, GOAL.on("cairn.log"))]
    assert "goal.not_agreed" in found.findings[0].detail


def test_an_event_of_a_goal_that_was_never_proposed() -> None:
    assert kinds([RecordedEvent(patient(g.Agreed()), 1, 1, NOON)]) == [("rule", 1)]


def test_an_event_for_a_day_that_had_not_come_when_it_was_recorded() -> None:
    events = decided(active_goal())
    forged = event(GOAL, entry("later", on=LATER.date() + timedelta(days=3)))
    assert kinds([*events, RecordedEvent(forged, len(events) + 1, 5, NOON)]) == [("rule", len(events) + 1)]


def test_an_entry_that_was_told_late_is_sound() -> None:
    events = decided(active_goal())
    late = event(GOAL, entry("late", on=NOON.date()), time=NOON - timedelta(days=199))
    assert verify(decided([late], at=NOON + timedelta(days=9), before=events)).sound


class TestWhatFollows:
    def test_is_missing_at_the_end(self) -> None:
        events = decided(active_goal())
        assert kinds(events[:-1]) == [("consequence", len(events) - 1)]

    def test_is_missing_before_the_next_event(self) -> None:
        events = decided(active_goal())[:-1]
        after = RecordedEvent(patient(entry("one")), len(events) + 1, 4, NOON)
        assert kinds([*events, after]) == [("consequence", len(events))]

    def test_is_another_than_the_rules_decide(self) -> None:
        *events, review = decided(active_goal())
        moved = replace(review.event, data=g.ReviewScheduled(due_on=LATER.date(), cause="initial"))
        found = kinds([*events, replace(review, event=moved)])
        assert ("consequence", review.position) in found

    def test_is_not_in_the_same_commit(self) -> None:
        *events, review = decided(active_goal())
        between = RecordedEvent(event(GOAL.plan, p.Measured(instrument="mood", score=5, on=NOON.date())), 5, 2, NOON)
        found = kinds([*events, between, replace(review, position=6)])
        assert ("consequence", 6) in found

    def test_follows_from_nothing(self) -> None:
        events = decided(active_goal())
        again = replace(events[-1].event, id=consequence_id(GOAL, 5))
        assert kinds([*events, RecordedEvent(again, len(events) + 1, 5, NOON)]) == [("consequence", len(events) + 1)]


class TestARace:
    """A goal's event is decided on its patient's plan without a guard."""

    CLOSED = event(GOAL.plan, p.Closed(reason="moved away"), role="clinician", actor="c1")
    NEXT = event(GoalId(*GOAL[:2], "swim"), proposed(smart=smart()))

    def test_with_a_plan_that_was_closed_a_moment_before_is_no_finding(self) -> None:
        events = decided([*active_goal(), self.CLOSED])
        raced = RecordedEvent(self.NEXT, len(events) + 1, 1, NOON + timedelta(seconds=2))
        assert verify([*events, raced]).sound

    def test_does_not_last_for_minutes(self) -> None:
        events = decided([*active_goal(), self.CLOSED])
        late = RecordedEvent(self.NEXT, len(events) + 1, 1, NOON + timedelta(minutes=5))
        assert kinds([*events, late]) == [("rule", len(events) + 1)]

    def test_with_a_new_cadence_may_have_either_consequence(self) -> None:
        begun = decided(active_goal()[:3])
        *_, activation = active_goal()
        activated = decided([activation], before=begun)[len(begun) :]
        amended = RecordedEvent(
            clinician(p.Amended(review_every_days=3, reason="closer"), on=GOAL.plan), len(begun) + 1, 2, NOON
        )
        moved = [replace(each, position=each.position + 1) for each in activated]
        assert verify([*begun, amended, *moved]).sound

    def test_with_midnight_is_no_finding(self) -> None:
        before_midnight = datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC)
        plan = event(GOAL.plan, opened(time_zone="UTC"), role="clinician", actor="c1")
        brought = event(
            GOAL,
            g.Imported(statement="Walk", status="active", external=(External(system="urn:ehr", value="7"),)),
            role="system",
            actor="import",
        )
        events = decided([plan, brought], at=before_midnight)
        recorded_behind = [replace(each, recorded_at=before_midnight + timedelta(seconds=2)) for each in events]
        assert verify(recorded_behind).sound


def test_a_goal_that_is_resumed_beyond_the_plan_s_limit() -> None:
    """Where a decision looks at the patient's other goals, they are replayed too."""
    plan = event(GOAL.plan, opened(active_goal_limit=1), role="clinician", actor="c1")
    other = GoalId(*GOAL[:2], "swim")
    events = decided([plan, *active_goal()[1:]])
    events = decided(active_goal(other)[1:3], before=events)
    forged = RecordedEvent(active_goal(other)[3], len(events) + 1, 3, NOON)
    found = verify([*events, forged])
    assert "goal.limit_reached" in found.findings[0].detail
