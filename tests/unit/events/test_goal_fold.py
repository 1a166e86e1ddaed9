"""What each event adds to a goal. The fold takes every event as a fact and refuses none."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.event import Event
from events.goal import GOAL_EVENTS, GoalPayload, GoalState, fold_goals, party_of
from events.goal import types as g
from events.goal.entries import ProgressEntry
from events.goal.reading import read_goal
from events.goal.state import (
    ChangeRequest,
    Contest,
    Milestone,
    PastReview,
    Reopening,
    Revision,
    ScheduledReview,
    WithdrawnEntry,
)
from events.vocabulary import Actor, ActorRole, External, Smart, Template
from tests.builders import GOAL, NOON, TODAY, entry, event, gas, opened, proposed, recorded, smart
from tests.strategies import goal_payloads

PATIENT = Actor(id="p1", role="patient")
CLINICIAN = Actor(id="c1", role="clinician")
EXTERNAL = (External(system="ehr", value="1"),)


def said(data: GoalPayload, actor: Actor = PATIENT, time: datetime = NOON) -> Event:
    return event(GOAL, data, actor=actor.id, role=actor.role, time=time)


def folded(*events: Event | GoalPayload) -> GoalState:
    """The state after these, each the patient's unless it says otherwise."""
    state = fold_goals(recorded(each if isinstance(each, Event) else said(each) for each in events))
    assert state is not None
    return state


def agreed() -> list[Event]:
    return [said(proposed(smart=smart())), said(g.Agreed(), CLINICIAN)]


def active(**fields: object) -> list[Event]:
    return [*agreed(), said(g.Activated.model_validate(fields), CLINICIAN)]


class TestBeginning:
    def test_a_proposal_is_what_was_proposed(self) -> None:
        given_fields = {
            "statement": "wake up without dread",
            "kind": "outcome",
            "horizon": "long_term",
            "life_area": "coping",
            "priority": "p1",
            "supports": "home",
            "smart": smart(),
            "gas": gas(),
            "relevance": 8,
            "interventions": ("CBT",),
            "clinical_target": "F10.2",
            "template": Template(id="sleep", version=2),
            "external": EXTERNAL,
        }

        state = folded(proposed(**given_fields))

        assert {name: getattr(state, name) for name in given_fields} == given_fields
        assert (state.status, state.imported, state.created_by, state.created_at) == ("proposed", False, PATIENT, NOON)
        assert (state.org, state.patient, state.goal) == GOAL

    def test_an_import_is_what_another_system_knew(self) -> None:
        state = folded(
            g.Imported(
                statement="Walk",
                status="closed",
                outcome="partially_achieved",
                agreed_by=("patient",),
                started_on=date(2025, 1, 1),
                status_on=date(2025, 3, 1),
                reason="Moved",
                external=EXTERNAL,
            )
        )

        assert (state.imported, state.status, state.outcome) == (True, "closed", "partially_achieved")
        assert (state.agreed_by, state.reason) == (("patient",), "Moved")
        assert (state.started_on, state.status_on) == (date(2025, 1, 1), date(2025, 3, 1))
        assert (state.kind, state.horizon) == (None, None)

    def test_an_import_that_names_a_party_twice_has_the_agreement_of_one(self) -> None:
        imported = g.Imported(statement="x", status="proposed", agreed_by=("patient", "patient"), external=EXTERNAL)

        assert folded(imported).agreed_by == ("patient",)
        assert folded(imported, said(g.Agreed(), CLINICIAN)).status == "agreed"

    def test_before_it_exists_nothing_adds_up_to_a_goal(self) -> None:
        assert fold_goals(recorded([said(g.Agreed()), said(entry("e1"))])) is None

    @pytest.mark.parametrize(
        ("role", "party"),
        [
            ("patient", "patient"),
            ("clinician", "clinician"),
            ("supervisor", "clinician"),
            ("family", None),
            ("system", None),
        ],
    )
    def test_a_supervisor_speaks_as_a_clinician_family_and_systems_for_nobody(
        self, role: ActorRole, party: str | None
    ) -> None:
        assert party_of(role) == party


class TestEachEvent:
    def test_agreed(self) -> None:
        state = folded(*agreed())

        assert (state.status, state.agreed_by) == ("agreed", ("patient", "clinician"))

    def test_contested(self) -> None:
        state = folded(*agreed(), g.Contested(reason="Not mine"))

        assert (state.status, state.agreed_by) == ("contested", ())
        assert state.contest == Contest(reason="Not mine", actor=PATIENT, at=NOON)

    def test_contested_while_it_is_worked_on(self) -> None:
        state = folded(*active(), g.Contested(reason="Not mine"))

        assert (state.status, state.agreed_by) == ("active", ("patient", "clinician"))
        assert state.contest == Contest(reason="Not mine", actor=PATIENT, at=NOON)

    def test_activated(self) -> None:
        state = folded(*active(review_every_days=9, override={"reason": "Court date"}))

        assert (state.status, state.started_on, state.status_on) == ("active", TODAY, TODAY)
        assert (state.review_every_days, state.override_reason) == (9, "Court date")

    def test_activated_again_keeps_the_day_it_first_began(self) -> None:
        later = said(g.Activated(), CLINICIAN, NOON + timedelta(days=9))

        state = folded(*active(), g.Contested(reason="No"), later)

        assert (state.started_on, state.status_on) == (TODAY, TODAY + timedelta(days=9))

    def test_revised(self) -> None:
        changes = g.Changes(wording="Walk", gas=gas(), relevance=3)

        state = folded(*active(), g.Revised(changes=changes, reason="setback", note="Smaller", review=812))

        assert (state.wording, state.gas, state.relevance) == ("Walk", gas(), 3)
        assert state.revisions == (
            Revision(
                version=4,
                at=NOON,
                actor=PATIENT,
                reason="setback",
                fields=("wording", "gas", "relevance"),
                note="Smaller",
                review=812,
            ),
        )

    def test_revised_moves_only_the_day_it_is_due(self) -> None:
        due = g.Revised(changes=g.Changes(due=date(2026, 5, 1)), reason="too_hard")

        state = folded(*active(), due)

        assert state.smart == smart(due=date(2026, 5, 1), for_weeks=None)
        assert state.revisions[0].fields == ("due",)

    def test_revised_gives_a_goal_in_own_words_its_day(self) -> None:
        state = folded(proposed(), g.Revised(changes=g.Changes(due=date(2026, 5, 1)), reason="clinical"))

        assert state.smart == Smart(due=date(2026, 5, 1))

    def test_revised_clears_what_is_given_as_null(self) -> None:
        clearing = g.Changes.model_validate({"priority": None, "due": None, "supports": None})

        state = folded(
            proposed(priority="p1", supports="home", smart=smart()), g.Revised(changes=clearing, reason="clinical")
        )

        assert (state.priority, state.supports, state.smart) == (None, None, smart(for_weeks=None))
        assert state.revisions[0].fields == ("priority", "supports", "due")

    def test_change_requested_and_answered(self) -> None:
        state = folded(
            proposed(),
            g.ChangeRequested(request="r1", text="Evenings"),
            g.ChangeRequested(request="r2", text="Closer"),
            said(g.ChangeAnswered(request="r1", answer="declined", text="No room"), CLINICIAN),
        )

        assert state.change_requests == (
            ChangeRequest(
                request="r1", text="Evenings", actor=PATIENT, at=NOON, answer="declined", answer_text="No room"
            ),
            ChangeRequest(request="r2", text="Closer", actor=PATIENT, at=NOON),
        )

    def test_change_answered_settles_a_contest(self) -> None:
        state = folded(
            *agreed(), g.Contested(reason="No"), said(g.ChangeAnswered(answer="adapted", text="So"), CLINICIAN)
        )

        assert state.status == "proposed"
        assert state.contest == Contest(
            reason="No",
            actor=PATIENT,
            at=NOON,
            answer="adapted",
            answer_text="So",
            answered_by=CLINICIAN,
            answered_at=NOON,
        )

    def test_milestone_set_and_met(self) -> None:
        state = folded(
            proposed(),
            g.MilestoneSet(milestone="m1", text="First", due=TODAY),
            g.MilestoneSet(milestone="m2", text="Second", due=TODAY),
            g.MilestoneSet(milestone="m1", text="First, later", due=date(2026, 3, 9)),
            g.MilestoneMet(milestone="m1", on=TODAY),
        )

        assert state.milestones == (
            Milestone(milestone="m2", text="Second", due=TODAY),
            Milestone(milestone="m1", text="First, later", due=date(2026, 3, 9), met_on=TODAY),
        )

    def test_progress_logged_and_corrected(self) -> None:
        state = folded(
            *active(),
            entry("e1", done=True, value=3, level=-1, mood=4, motivation=6, note="Hard", setback=False),
            g.ProgressCorrected(entry="e1", on=date(2026, 3, 1), level=0, reason="Mistyped"),
        )

        assert state.progress == (
            ProgressEntry(
                entry="e1",
                version=4,
                on=date(2026, 3, 1),
                actor=PATIENT,
                done=True,
                value=3,
                level=0,
                mood=4,
                motivation=6,
                note="Hard",
                setback=False,
                corrected=True,
            ),
        )

    def test_progress_corrected_clears_what_is_given_as_null(self) -> None:
        cleared = g.ProgressCorrected.model_validate({"entry": "e1", "note": None, "reason": "Too much said"})

        (kept,) = folded(*active(), entry("e1", mood=4, note="Hard"), cleared).progress

        assert (kept.mood, kept.note, kept.corrected) == (4, None, True)

    def test_progress_withdrawn(self) -> None:
        withdrawal = g.ProgressWithdrawn(entry="e1", reason="Another goal's")

        state = folded(*active(), entry("e1", motivation=1, setback=True), withdrawal)

        assert (list(state.progress), state.raise_at_next_session) == ([], False)
        assert state.withdrawn == (
            WithdrawnEntry(entry="e1", version=4, on=TODAY, reason="Another goal's", actor=PATIENT, at=NOON),
        )
        assert folded(*active(), withdrawal).withdrawn == ()

    def test_review_scheduled(self) -> None:
        state = folded(
            *active(),
            g.ReviewScheduled(due_on=TODAY, cause="initial"),
            g.ReviewScheduled(due_on=date(2026, 3, 9), cause="moved"),
        )

        assert state.next_review == ScheduledReview(due_on=date(2026, 3, 9), cause="moved", sequence=2)

    def test_reviewed(self) -> None:
        review = g.Reviewed(
            on=TODAY, participants=("patient", "clinician"), level=1, decision="keep", note="Good", next_review_on=None
        )

        state = folded(*active(), entry("e1", motivation=1), said(review, CLINICIAN))

        assert (state.status, state.last_review_on, state.raise_at_next_session) == ("active", TODAY, False)
        assert state.reviews == (
            PastReview(
                version=5,
                position=5,
                on=TODAY,
                actor=CLINICIAN,
                participants=("patient", "clinician"),
                decision="keep",
                level=1,
                note="Good",
            ),
        )

    @pytest.mark.parametrize(
        ("decision", "status", "outcome"),
        [
            ("keep", "active", None),
            ("adjust_scale", "active", None),
            ("adjust_timeline", "active", None),
            ("hold", "held", None),
            ("resume", "active", None),
            ("retire", "closed", "retired"),
            ("replace", "closed", "replaced"),
            ("achieve", "closed", "achieved"),
        ],
    )
    def test_reviewed_decides_how_it_goes_on(self, decision: str, status: str, outcome: str | None) -> None:
        review = g.Reviewed.model_validate({"on": TODAY, "participants": ("patient",), "decision": decision})

        state = folded(*active(), review)

        assert (state.status, state.outcome) == (status, outcome)

    def test_held_and_resumed(self) -> None:
        held = folded(*active(), g.Held(reason="Hospital"))
        resumed = folded(*active(), g.Held(reason="Hospital"), g.Resumed(reason="Home"))

        assert (held.status, held.reason) == ("held", "Hospital")
        assert (resumed.status, resumed.reason) == ("active", "Home")

    def test_closed(self) -> None:
        state = folded(
            *active(),
            g.ReviewScheduled(due_on=TODAY, cause="initial"),
            g.Closed(outcome="replaced", level=-2, replaced_by="run", reason="Another way"),
        )

        assert (state.status, state.outcome, state.closed_level) == ("closed", "replaced", -2)
        assert (state.replaced_by, state.reason, state.next_review) == ("run", "Another way", None)

    def test_reopened(self) -> None:
        closing = g.Closed(outcome="achieved", level=2, reason="Done")

        state = folded(*active(), said(closing, CLINICIAN), g.Reopened(reason="By mistake"))

        assert (state.status, state.outcome, state.closed_level, state.closing) == ("active", None, None, None)
        assert state.reopenings == (
            Reopening(version=5, actor=PATIENT, at=NOON, reason="By mistake", outcome="achieved"),
        )

    def test_entered_in_error(self) -> None:
        state = folded(*active(), g.EnteredInError(reason="Wrong patient"))

        assert (state.status, state.reason, state.is_open) == ("entered_in_error", "Wrong patient", False)

    def test_voided_changes_nothing_but_version_position_and_time(self) -> None:
        before = folded(*active())
        state = folded(*active(), g.Voided(position=2, reason="Not ours"))

        same = before.model_copy(update={name: getattr(state, name) for name in ("version", "position", "updated_at")})
        assert (state, state.version) == (same, before.version + 1)

    def test_voided_before_it_exists_leaves_it_not_existing_and_counts(self) -> None:
        void = event(GOAL, g.Voided(position=1, reason="Not ours"))

        assert fold_goals(recorded([void])) is None
        state = fold_goals(recorded([void, event(GOAL, proposed())]))
        assert state is not None
        assert (state.version, state.status) == (2, "proposed")

    def test_every_event_type_has_its_test(self) -> None:
        named = " ".join(name for name in dir(type(self)) if name.startswith("test_"))
        begun_elsewhere = {g.Proposed, g.Imported}

        missing = [
            each.type_name
            for each in GOAL_EVENTS
            if each not in begun_elsewhere
            and not all(word in named for word in each.type_name.split(".")[2].split("_"))
        ]
        assert missing == []


class TestLatestLevel:
    def test_is_that_of_the_later_day_then_of_the_later_event(self) -> None:
        review = g.Reviewed(on=TODAY, participants=("patient",), level=2, decision="keep")
        late_entry = entry("e2", TODAY - timedelta(days=3), level=-2)

        assert folded(*active(), entry("e1", level=0), review, late_entry).latest_level == 2
        assert folded(*active(), review, entry("e1", level=0)).latest_level == 0

    def test_of_the_closing_is_the_last_word(self) -> None:
        closing = g.Closed(outcome="achieved", level=1, reason="Done")

        assert folded(*active(), entry("e1", level=2), closing).latest_level == 1

    def test_is_unknown_without_any(self) -> None:
        assert folded(*active(), entry("e1", mood=5)).latest_level is None


def test_versions_and_times_are_those_of_the_last_event() -> None:
    state = folded(*active())
    at = NOON + timedelta(seconds=3)

    assert (state.version, state.position, state.updated_at) == (3, 3, at)


def test_events_of_the_plan_add_nothing_to_a_goal() -> None:
    plan = event(GOAL.plan, opened())

    assert fold_goals(recorded([plan])) is None


@given(
    st.lists(st.tuples(st.sampled_from(["patient", "clinician", "family", "system"]), goal_payloads), max_size=12),
    goal_payloads,
)
def test_no_order_of_valid_events_is_refused(story: Sequence[tuple[ActorRole, GoalPayload]], last: GoalPayload) -> None:
    begun = event(GOAL, proposed())
    events = [event(GOAL, data, role=role, time=datetime(2026, 3, 2, tzinfo=UTC)) for role, data in story]

    state = folded(begun, *events, said(last))

    assert state.version == len(story) + 2
    assert read_goal(state, plan=None)["version"] == state.version
    GoalState.model_validate(state.model_dump())
