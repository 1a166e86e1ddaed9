"""Which review follows by itself, in the same commit, from activation, a review, a setback, a dip, or an import."""

from datetime import date, datetime, timedelta

import pytest

from events.goal import types as g
from events.goal.state import ScheduledReview
from events.plan import types as p
from events.vocabulary import External, ReviewCause, ReviewDecision
from tests.builders import GOAL, NOON, TODAY, entry
from tests.specification import Past, by, clinician, patient
from tests.unit.goals import stories

SHORT = ("short_reviews",)


def due(days: int, cause: ReviewCause) -> g.ReviewScheduled:
    """A review so many days from the Monday on which everything begins."""
    return g.ReviewScheduled(due_on=TODAY + timedelta(days=days), cause=cause)


def reviewed(days: int = 0, decision: ReviewDecision = "keep", **fields: object) -> g.Reviewed:
    on = TODAY + timedelta(days=days)
    return g.Reviewed.model_validate(
        {"on": on, "participants": ("patient", "clinician"), "decision": decision, **fields}
    )


def later(days: int) -> datetime:
    return NOON + timedelta(days=days)


class TestActivation:
    def test_schedules_the_first_review_after_the_plans_cadence(self) -> None:
        stories.agreed().when(clinician(g.Activated())).then(due(14, "initial"))
        stories.agreed(review_every_days=30).when(clinician(g.Activated())).then(due(30, "initial"))

    def test_may_set_a_cadence_of_the_goals_own(self) -> None:
        past = stories.agreed().when(clinician(g.Activated(review_every_days=10))).then(due(10, "initial"))

        assert past.goal.review_every_days == 10

    def test_may_name_the_day_of_the_first_review(self) -> None:
        wanted = g.Activated(first_review_on=TODAY + timedelta(days=3))

        stories.agreed().when(clinician(wanted)).then(due(3, "initial"))

    def test_cannot_be_reviewed_before_it_begins(self) -> None:
        yesterday = g.Activated(first_review_on=TODAY - timedelta(days=1))

        stories.agreed().when(clinician(yesterday)).then_rejected("event.invalid", field="first_review_on")

    def test_counts_from_the_day_it_happened_however_late_it_is_entered(self) -> None:
        last_week = clinician(g.Activated(), time=NOON - timedelta(days=7))

        stories.agreed().when(last_week, now=NOON).then(due(7, "initial"))


class TestShortReviews:
    def test_cap_every_cadence_at_seven_days(self) -> None:
        agreed = stories.agreed(accommodations=SHORT)

        agreed.when(clinician(g.Activated())).then(due(7, "initial"))
        agreed.when(clinician(g.Activated(review_every_days=30))).then(
            due(7, "initial"), noting="The plan asks for short reviews; they are every 7 days, not every 30."
        )
        agreed.when(clinician(g.Activated(review_every_days=5))).then(due(5, "initial"))

    def test_cap_the_days_that_are_named(self) -> None:
        far = TODAY + timedelta(days=20)

        said = "The plan asks for short reviews; the next one is due on 2026-03-09, not on 2026-03-22."
        begun = clinician(g.Activated(first_review_on=far))
        stories.agreed(accommodations=SHORT).when(begun).then(due(7, "initial"), noting=said)
        held = clinician(reviewed(next_review_on=far))
        stories.active(accommodations=SHORT).when(held).then(due(7, "routine"), noting=said)

    def test_cap_the_next_review_and_the_one_after_a_dip(self) -> None:
        stories.active(accommodations=SHORT).when(clinician(reviewed())).then(due(7, "routine"))
        stories.active(accommodations=SHORT).when(
            patient(entry("e1", motivation=1))
        ).then()  # the first is due no later

    def test_hold_from_the_next_review_when_the_plan_is_amended(self) -> None:
        amended = p.Amended(accommodations=("short_reviews",), reason="Loses track")
        past = stories.active().when(clinician(amended, on=GOAL.plan)).then()
        assert past.goal.next_review == ScheduledReview(due_on=TODAY + timedelta(days=14), cause="initial", sequence=1)

        past.when(clinician(reviewed())).then(due(7, "routine"))


class TestReview:
    @pytest.mark.parametrize("decision", ["keep", "adjust_scale", "adjust_timeline", "hold"])
    def test_schedules_the_next_while_the_goal_stays_open(self, decision: ReviewDecision) -> None:
        past = stories.active().when(clinician(reviewed(decision=decision))).then(due(14, "routine"))

        assert past.goal.next_review == ScheduledReview(due_on=TODAY + timedelta(days=14), cause="routine", sequence=2)

    def test_that_resumes_a_held_goal_schedules_the_next(self) -> None:
        held = stories.active().when(clinician(g.Held(reason="A pause"))).then()

        assert held.when(clinician(reviewed(decision="resume"))).then(due(14, "routine")).goal.status == "active"

    @pytest.mark.parametrize(
        ("decision", "outcome"), [("retire", "retired"), ("replace", "replaced"), ("achieve", "achieved")]
    )
    def test_that_ends_the_goal_schedules_none(self, decision: ReviewDecision, outcome: str) -> None:
        goal = stories.active().when(clinician(reviewed(decision=decision))).then().goal

        assert (goal.status, goal.outcome, goal.next_review) == ("closed", outcome, None)

    def test_uses_the_goals_own_cadence(self) -> None:
        weekly = stories.agreed().when(clinician(g.Activated(review_every_days=9))).then_something()

        weekly.when(clinician(reviewed())).then(due(9, "routine"))

    def test_counts_from_the_day_of_the_review(self) -> None:
        stories.active().when(clinician(reviewed(days=3), time=later(5))).then(due(17, "routine"))

    def test_that_is_typed_in_after_one_of_a_later_day_moves_no_review(self) -> None:
        latest = stories.active().when(clinician(reviewed(days=49), time=later(49))).then(due(63, "routine"))

        late = latest.when(clinician(reviewed(days=18), time=later(18)), now=later(50))

        assert late.then(
            noting=f"The review of {TODAY + timedelta(days=49)} is the latest one; the next review stays on 2026-05-04."
        ).goal.next_review == ScheduledReview(due_on=TODAY + timedelta(days=63), cause="routine", sequence=2)

    def test_that_is_typed_in_late_moves_no_review_from_a_day_ahead_into_the_past(self) -> None:
        ahead = stories.active().when(clinician(due(45, "moved"))).then()

        ahead.when(clinician(reviewed(days=2), time=later(40))).then(due(40, "routine"))
        ahead.when(clinician(reviewed(days=38), time=later(40))).then(due(52, "routine"))

    def test_that_is_typed_in_after_one_of_a_later_day_raised_nothing_since(self) -> None:
        latest = stories.active().when(clinician(reviewed(days=9), time=later(9))).then_something()
        dip = latest.when(patient(entry("e1", TODAY + timedelta(days=10), motivation=1), time=later(10)))

        late = dip.then_something().when(clinician(reviewed(days=3), time=later(11))).then_something()

        assert late.goal.raise_at_next_session

    def test_may_name_the_day_of_the_next(self) -> None:
        wanted = reviewed(next_review_on=TODAY + timedelta(days=40))

        stories.active().when(clinician(wanted)).then(due(40, "routine"))

    @pytest.mark.parametrize("days", [0, -1])
    def test_comes_before_the_next(self, days: int) -> None:
        backwards = reviewed(next_review_on=TODAY + timedelta(days=days))

        stories.active().when(clinician(backwards)).then_rejected("event.invalid", field="next_review_on")

    def test_has_taken_place(self) -> None:
        stories.active().when(clinician(reviewed(days=1))).then_rejected("progress.out_of_range", field="on")

    def test_raises_what_was_to_be_raised(self) -> None:
        dip = stories.active().when(patient(entry("e1", motivation=2))).then_something()
        assert dip.goal.raise_at_next_session

        assert not dip.when(clinician(reviewed())).then_something().goal.raise_at_next_session


class TestSetback:
    def test_schedules_a_review_within_seven_days(self) -> None:
        past = stories.active().when(patient(entry("e1", setback=True))).then(due(7, "setback"))

        assert past.goal.status == "active"

    def test_leaves_a_sooner_review_alone(self) -> None:
        soon = stories.agreed().when(clinician(g.Activated(review_every_days=7))).then_something()

        soon.when(patient(entry("e1", setback=True))).then()

    def test_counts_from_the_day_on_which_it_is_recorded(self) -> None:
        after_three = entry("e1", TODAY, setback=True)

        stories.active().when(patient(after_three, time=later(3))).then(due(10, "setback"))

    @pytest.mark.parametrize("written", [0, 20], ids=["written then, synced late", "written late"])
    def test_that_arrives_late_schedules_no_review_in_the_past(self, written: int) -> None:
        far = stories.active().when(clinician(due(60, "moved"))).then()
        long_ago = patient(entry("e1", TODAY, setback=True), time=later(written))

        far.when(long_ago, now=later(20)).then(due(27, "setback"))

    def test_of_a_held_goal_schedules_a_review_too(self) -> None:
        held = stories.active().when(clinician(g.Held(reason="A pause"))).then()

        held.when(patient(entry("e1", setback=True))).then(due(7, "setback"))

    def test_does_not_wait_for_a_review_that_is_overdue_already(self) -> None:
        stories.active().when(patient(entry("e1", TODAY, setback=True), time=later(20))).then()

    def test_said_to_be_none_schedules_nothing(self) -> None:
        stories.active().when(patient(entry("e1", setback=False))).then()


class TestMotivation:
    @pytest.fixture
    def far(self) -> Past:
        """A goal with a weekly cadence whose next review was put 60 days off."""
        activation = g.Activated(review_every_days=7, first_review_on=TODAY + timedelta(days=60))
        return stories.agreed().when(clinician(activation)).then_something()

    @pytest.mark.parametrize("motivation", [0, 3])
    def test_of_three_or_less_schedules_a_review_within_the_cadence(self, far: Past, motivation: int) -> None:
        past = far.when(patient(entry("e1", motivation=motivation))).then(due(7, "motivation"))

        assert past.goal.raise_at_next_session

    @pytest.mark.parametrize(("before", "after"), [(10, 7), (9, 5), (7, 4)])
    def test_that_drops_by_three_or_more_does_so_too(self, far: Past, before: int, after: int) -> None:
        past = far.when(patient(entry("e1", motivation=before))).then()

        assert past.when(patient(entry("e2", motivation=after))).then(due(7, "motivation")).goal.raise_at_next_session

    @pytest.mark.parametrize(("before", "after"), [(10, 8), (6, 4), (4, 9)])
    def test_that_drops_by_less_is_only_noted_down(self, far: Past, before: int, after: int) -> None:
        past = far.when(patient(entry("e1", motivation=before))).then()

        assert not past.when(patient(entry("e2", motivation=after))).then().goal.raise_at_next_session

    def test_that_arrives_late_schedules_no_review_in_the_past(self, far: Past) -> None:
        long_ago = patient(entry("e1", motivation=1))

        far.when(long_ago, now=later(20)).then(due(21, "motivation"))

    def test_is_compared_with_the_last_entry_that_told_it(self, far: Past) -> None:
        past = far.when(patient(entry("e1", motivation=9))).then().when(patient(entry("e2", done=True))).then()

        past.when(patient(entry("e3", motivation=6))).then(due(7, "motivation"))

    def test_is_raised_even_when_a_review_is_due_sooner(self) -> None:
        past = stories.active().when(patient(entry("e1", motivation=1))).then()

        assert past.goal.raise_at_next_session

    def test_together_with_a_setback_brings_whichever_review_is_sooner(self) -> None:
        activation = g.Activated(review_every_days=3, first_review_on=TODAY + timedelta(days=60))
        past = stories.agreed().when(clinician(activation)).then_something()

        past.when(patient(entry("e1", motivation=1, setback=True))).then(due(3, "motivation"))
        stories.active().when(patient(entry("e1", motivation=1, setback=True))).then(due(7, "setback"))


class TestImport:
    def imported(self, status: str) -> g.Imported:
        external = (External(system="ehr", value="1"),)
        outcome = {"outcome": "achieved"} if status == "closed" else {}
        return g.Imported.model_validate({"statement": "Walk", "status": status, "external": external, **outcome})

    @pytest.mark.parametrize("status", ["active", "held"])
    def test_of_a_goal_at_work_schedules_its_first_review(self, status: str) -> None:
        stories.opened_plan(review_every_days=10).when(by("system", self.imported(status))).then(due(10, "initial"))

    @pytest.mark.parametrize("status", ["proposed", "contested", "agreed", "closed", "entered_in_error"])
    def test_of_any_other_schedules_none(self, status: str) -> None:
        assert stories.opened_plan().when(by("system", self.imported(status))).then().goal.status == status

    def test_counts_from_the_day_of_the_import_however_old_the_goal_is(self) -> None:
        old = by("system", self.imported("active"), time=NOON - timedelta(days=700))

        stories.opened_plan().when(old, now=NOON).then(due(14, "initial"))

    def test_invents_no_agreement(self) -> None:
        goal = stories.opened_plan().when(by("system", self.imported("agreed"))).then().goal

        assert (goal.agreed_by, goal.awaiting_agreement) == ((), ("patient", "clinician"))

    def test_is_told_by_a_system(self) -> None:
        stories.opened_plan().when(clinician(self.imported("active"))).then_rejected("event.invalid", field="actorrole")


class TestMoving:
    def test_is_an_event_of_its_own(self) -> None:
        goal = stories.active().when(clinician(due(21, "moved"))).then().goal

        assert goal.next_review == ScheduledReview(due_on=date(2026, 3, 23), cause="moved", sequence=2)

    def test_is_never_done_by_editing_the_goal(self) -> None:
        weekly = g.Revised(changes=g.Changes(review_every_days=7, due=date(2026, 4, 1)), reason="clinical")

        past = stories.active().when(clinician(weekly)).then()

        assert past.goal.next_review is not None
        assert past.goal.next_review.due_on == TODAY + timedelta(days=14)
        past.when(clinician(reviewed())).then(due(7, "routine"))

    def test_is_not_done_into_the_past(self) -> None:
        stories.active().when(clinician(due(-1, "moved"))).then_rejected("event.invalid", field="due_on")
        stories.active().when(clinician(due(0, "moved"))).then()
