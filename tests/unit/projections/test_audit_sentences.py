"""The sentence of an event: who did what, when it happened, and when it was recorded."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from events.event import Event
from events.goal import GOAL_EVENTS
from events.goal import types as g
from events.plan import PLAN_EVENTS
from events.plan import types as p
from events.plan.consent_terms import Signature, Until
from events.plan.grounds import AuditOrEvaluation, Consented, CourtOrder, Emergency, Ground, Research
from events.vocabulary import External, Priority, SubmitterRole
from projections.audit_trail.event_phrases import _DEEDS
from projections.audit_trail.projector import project
from projections.audit_trail.sentence import sentence
from projections.audit_trail.words import quoted
from tests.builders import GOAL, NOON, PLAN, TODAY, active_goal, entry, event, gas, opened, proposed, recorded, smart
from tests.consents import HOSPITAL, TREATMENT, consent, disclosed


def told(*given: Event, zone: str | None = None, recorded_on: datetime = NOON) -> str:
    """The sentence of the last event, as it is read in a clinic."""
    row = project(None, recorded(given, at=recorded_on)).upserts["events"][-1]
    return sentence(str(row["deed"]), given[-1].time, recorded_on, zone)


def deed(*given: Event) -> str:
    """What the sentence of the last event says was done: what stands between who did it and when it was recorded."""
    done, _, _ = told(*given).partition(". Recorded on ")
    return done.split(f" {given[-1].actor.id} ", 1)[1]


def test_it_says_who_did_what_when_it_happened_and_when_it_was_recorded() -> None:
    happened = datetime(2026, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=2)))
    walk = event(GOAL, proposed(statement="Walk\nby the river"), actor="p7", time=happened)
    assert told(walk) == (
        "On 1 March 2026 at 23:30 (UTC+02:00) the patient p7 proposed the goal “Walk by the river”."
        " Recorded on 2 March 2026 at 12:00 (UTC)."
    )


@pytest.mark.parametrize(
    ("recorded_on", "clock"),
    [
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), "29 March 2026 at 00:30 (UTC+01:00)"),
        (datetime(2026, 3, 29, 23, 30, tzinfo=UTC), "30 March 2026 at 01:30 (UTC+02:00)"),
        (datetime(2026, 10, 25, 12, 0, tzinfo=UTC), "25 October 2026 at 13:00 (UTC+01:00)"),
    ],
)
def test_when_it_was_recorded_is_told_on_the_clinics_clock_which_changes(recorded_on: datetime, clock: str) -> None:
    in_winter = datetime(2026, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=1)))
    said = told(event(GOAL, g.Agreed(), time=in_winter), zone="Europe/Vienna", recorded_on=recorded_on)
    assert said.startswith("On 1 March 2026 at 23:30 (UTC+01:00) the patient")
    assert said.endswith(f" Recorded on {clock}.")


def test_what_followed_by_itself_was_done_by_cairn() -> None:
    scheduled = g.ReviewScheduled(due_on=date(2026, 3, 16), cause="setback")
    follows = replace(event(GOAL, scheduled, actor="cairn", role="system"), cause=3)
    assert told(follows).startswith(
        "On 2 March 2026 at 12:00 (UTC) Cairn set the next review for 16 March 2026 (sooner, after a setback)."
    )


def test_who_typed_it_in_stands_beside_who_did_it() -> None:
    logged = event(GOAL, entry("e1"))
    said = "the patient p1 (entered by desk2) wrote in the diary"
    assert said in told(replace(logged, entered_by="desk2"))
    assert "the patient p1 wrote in the diary" in told(replace(logged, entered_by="p1"))


@pytest.mark.parametrize(
    ("submitter", "who"),
    [
        (("dana", "clinician"), "the patient p1 (entered by the clinician dana) agreed to the goal"),
        (("sam", "supervisor"), "the patient p1 (entered by the supervisor sam) agreed to the goal"),
        (("sub|p1", "patient"), "the patient p1 agreed to the goal"),
        (("app", "system"), "the patient p1 agreed to the goal"),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_staff_who_submit_what_a_patient_says_stand_beside_the_patient(
    submitter: tuple[str, SubmitterRole], who: str
) -> None:
    assert who in told(event(GOAL, g.Agreed()).submitted(*submitter))
    assert "the clinician dana agreed" in told(
        event(GOAL, g.Agreed(), actor="dana", role="clinician").submitted("dana", "clinician")
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            g.Imported(statement="Walk", status="active", external=(External(system="ehr", value="7"),)),
            "brought in the goal “Walk” from ehr, as active",
        ),
        (g.Agreed(), "agreed to the goal"),
        (g.Contested(reason="Too much"), "pushed back on the goal: “Too much”"),
        (
            g.Activated(override=g.Override(reason="Court date")),
            "began the work on the goal, beyond the plan's limit: “Court date”",
        ),
        (g.ChangeRequested(request="r1", text="Evenings?"), "asked for a change: “Evenings?”"),
        (
            g.ChangeAnswered(request="r1", answer="adapted", text="Noon"),
            "answered the change that was asked for (adapted): “Noon”",
        ),
        (
            g.ChangeAnswered(answer="accepted", text="Fine"),
            "answered what the goal was contested for (accepted): “Fine”",
        ),
        (
            g.MilestoneSet(milestone="m1", text="First group", due=date(2026, 3, 8)),
            "set the milestone “First group” for 8 March 2026",
        ),
        (g.MilestoneMet(milestone="m1", on=date(2026, 3, 7)), "told that the milestone m1 was met on 7 March 2026"),
        (
            entry("e1", value=2.5, level=-1, mood=4, motivation=0, setback=True, note="Bad"),
            "wrote in the diary for 2 March 2026: 2.5, level -1, mood 4 of 10, motivation 0 of 10, a setback, “Bad”",
        ),
        (entry("e1", done=False), "wrote in the diary for 2 March 2026: not done"),
        (
            g.Reviewed(on=date(2026, 3, 2), participants=("clinician",), decision="keep", level=1),
            "reviewed the goal on 2 March 2026 (clinician), found it at level +1, and decided to go on as it is",
        ),
        (g.Held(reason="In hospital"), "put the goal on hold: “In hospital”"),
        (g.Resumed(reason="Back"), "took the goal up again: “Back”"),
        (
            g.Closed(outcome="replaced", replaced_by="g2", reason="Moved"),
            "closed the goal as replaced, by the goal g2: “Moved”",
        ),
        (g.EnteredInError(reason="Wrong person"), "marked the goal as entered in error: “Wrong person”"),
        (
            g.Voided(position=9, reason="Not ours"),
            "declared void what stands at position 9 of the log and cannot be read: “Not ours”",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_was_done_is_told_in_words(given: g.GoalPayload, said: str) -> None:
    assert deed(event(GOAL, given)) == said


def test_what_happens_to_a_plan_is_told_too() -> None:
    begun = event(PLAN, opened(), role="clinician", actor="c1")
    ranked = p.PrioritiesRanked(
        priorities=(Priority(id="b", text="Sleep", rank=2), Priority(id="a", text="My kids", rank=1))
    )
    amended = p.Amended(review_every_days=7, reason="Weekly suits him")
    assert deed(begun) == "opened the plan, with c1 as clinician, a review every 14 days and at most 3 active goals"
    assert deed(begun, event(PLAN, ranked)) == "ranked the priorities: 1. “My kids”; 2. “Sleep”"
    assert deed(begun, event(PLAN, amended)) == (
        "amended the plan, and changed the days between reviews from 14 to 7: “Weekly suits him”"
    )
    assert deed(event(PLAN, p.Measured(instrument="phq9", score=11, on=date(2026, 3, 1)))) == (
        "recorded a PHQ-9 score of 11 for 1 March 2026"
    )
    assert deed(event(PLAN, p.Closed(reason="Discharged"))) == "closed the plan: “Discharged”"
    assert deed(event(PLAN, p.Voided(position=9, reason="Not ours"))) == (
        "declared void what stands at position 9 of the log and cannot be read: “Not ours”"
    )


def test_consents() -> None:
    given = consent(
        "c1", until=Until(end_of_treatment=True), signed=Signature(by="m1", capacity="representative", on=TODAY)
    )
    assert deed(event(PLAN, given)) == (
        "gave the consent c1 that “My goals and when we meet” (goals and schedule) goes to sister-1 “My sister” for"
        " FAMRQT “To support me”, until the end of the treatment, signed on 2 March 2026 by m1 for the patient"
    )
    assert deed(event(PLAN, p.ConsentRevoked(consent="c1", reason="Not now"))) == "revoked the consent c1: “Not now”"
    assert deed(event(PLAN, p.ConsentRevoked(consent="c1", because="event_came"))) == (
        "noted that the event has come until which the consent c1 was given"
    )


@pytest.mark.parametrize(
    ("ground", "told_as"),
    [
        (
            Consented(section="2.31", consent="c1", member_of="providers"),
            "2.31 (on the consent c1, as one of providers)",
        ),
        (
            Emergency(section="2.51", reason="Unconscious", facility="General", nature="Overdose", at=NOON),
            "2.51 (emergency “Overdose”, “General”, 2 March 2026 at 12:00 (UTC): “Unconscious”)",
        ),
        (Research(section="2.52", reason="Study", protocol="IRB 7"), "2.52 (research, protocol “IRB 7”: “Study”)"),
        (
            AuditOrEvaluation(section="2.53", reason="Yearly", agency="State", agreement="No. 12"),
            "2.53 (audit or evaluation for “State”, agreement “No. 12”: “Yearly”)",
        ),
        (
            CourtOrder(section="2.61", reason="Served", order="Case 4", subpoena="No. 3"),
            "2.61 (court order “Case 4” and subpoena “No. 3”: “Served”)",
        ),
    ],
)
def test_a_disclosure_tells_to_whom_what_for_and_on_what_ground(ground: Ground, told_as: str) -> None:
    assert deed(event(PLAN, disclosed(ground, recipient=HOSPITAL, purpose=TREATMENT))) == (
        f"disclosed “Goals” (goals) to general “General Hospital” for TREAT, under 42 CFR {told_as}"
    )


def test_a_revision_tells_what_was_changed_from_what_to_what() -> None:
    harder = smart(measure=smart().measure.model_copy(update={"target": 4}))  # type: ignore[union-attr]
    changes = g.Changes(smart=harder, wording="Four groups", relevance=None)
    revised = g.Revised(changes=changes, reason="too_easy", note="Her idea")
    assert deed(event(GOAL, proposed(smart=smart(), relevance=6)), event(GOAL, revised)) == (
        "revised the goal (too easy), and changed the wording to “Four groups”; the target from 3 to 4;"
        " the relevance to the patient, which was 6, taken out: “Her idea”"
    )


def test_a_correction_tells_what_stood_there() -> None:
    corrected = g.ProgressCorrected(entry="e1", mood=6, reason="Typed 3")
    given = [each for each in active_goal() if not each.goal_id.is_plan]
    assert deed(*given, event(GOAL, entry("e1", mood=3)), event(GOAL, corrected)) == (
        "corrected the diary entry e1, and changed the mood from 3 to 6: “Typed 3”"
    )


@pytest.mark.parametrize("reason", ["setback", "too_hard", "no_longer_fits", "motivation"])
def test_a_revision_is_never_told_as_a_failure(reason: str) -> None:
    revised = g.Revised.model_validate({"changes": g.Changes(gas=gas()), "reason": reason})
    said = told(event(GOAL, proposed()), event(GOAL, revised)).lower()
    assert not [word for word in ("fail", "unsuccess", "gave up", "lost", "violat", "relapse") if word in said]


@pytest.mark.parametrize("text", ["a b", " a b", "a b ", "a  b", "a\nb", "a\u00a0b", "a\u2003 b", "\t a b"])
def test_a_text_is_told_on_one_line_with_single_spaces(text: str) -> None:
    assert quoted(text) == "“a b”"


def test_a_long_text_is_cut_and_a_short_one_is_not() -> None:
    said = deed(event(GOAL, proposed(statement="word " * 500)))
    assert said.endswith("word…”")
    assert len(said) < 200


def test_an_event_of_centuries_ago_is_told_as_well() -> None:
    assert "1 January 1 at 00:00" in told(event(GOAL, g.Agreed(), time=datetime(1, 1, 1, tzinfo=UTC)))


def test_every_event_there_is_has_words_of_its_own() -> None:
    kinds: Sequence[type[object]] = (*GOAL_EVENTS, *PLAN_EVENTS)
    assert set(_DEEDS) == set(kinds)


def test_a_quotation_that_ends_its_sentence_is_followed_by_no_other_full_stop() -> None:
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)

    assert ": “I can.” Recorded on" in sentence("the patient p1 answered: “I can.”", at, at, None)
