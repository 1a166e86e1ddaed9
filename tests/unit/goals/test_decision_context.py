"""What a decision may read: only what was loaded for it, so that no rule passes because it looked at nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from events.event import Event
from events.goal import types as g
from events.payload import Payload
from events.plan import types as p
from events.vocabulary import External
from services.goals import decide, rules
from services.goals.decision_context import ContextNotLoaded, Decision, DecisionContext
from tests.builders import GOAL, TODAY, proposed
from tests.specification import Past, by, clinician, patient
from tests.unit.goals import stories

_HELD = stories.active().when(clinician(g.Held(reason="A pause"))).then()
_CLOSED = stories.active().when(clinician(g.Closed(outcome="achieved", reason="By mistake"))).then()
_EHR = (External(system="ehr", value="1"),)
_SUBMISSIONS: tuple[tuple[Past, Event], ...] = (
    (stories.agreed(), clinician(g.Activated())),
    (_HELD, clinician(g.Resumed(reason="Back again"))),
    (_HELD, clinician(g.Reviewed(on=TODAY, participants=("patient", "clinician"), decision="resume"))),
    (stories.opened_plan(), patient(proposed(supports="other"))),
    (stories.active(), clinician(g.Revised(changes=g.Changes(supports="other"), reason="clinical"))),
    (stories.opened_plan(), by("system", g.Imported(statement="Walk", status="active", external=_EHR))),
    (stories.active(), clinician(g.Closed(outcome="replaced", reason="Better", replaced_by="other"))),
    (_CLOSED, clinician(g.Reopened(reason="Closed by mistake"))),
    (stories.active(), clinician(p.Closed(reason="Moved"), on=GOAL.plan)),
    (stories.active(), clinician(p.Amended(active_goal_limit=1, reason="Less"), on=GOAL.plan)),
)
"""A submission of each kind whose decision reads the patient's other goals."""


def _replace_decision(
    monkeypatch: pytest.MonkeyPatch, payload: type[Payload], decision: Callable[..., Decision]
) -> None:
    decisions: dict[type[Any], Callable[..., Decision]] = {**decide._DECISIONS, payload: decision}
    monkeypatch.setattr(decide, "_DECISIONS", decisions)


def test_a_rule_that_reads_other_goals_without_being_listed_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def reads_others(context: DecisionContext, submission: Event, data: Any) -> Decision:
        rules.goal_limit_reached(context, rules.plan_missing(context), override=False, role="clinician")
        return Decision()

    _replace_decision(monkeypatch, g.Held, reads_others)

    with pytest.raises(ContextNotLoaded, match="_LOOKS_AT_OTHERS"):
        stories.active().when(clinician(g.Held(reason="A pause"))).then()


@pytest.mark.parametrize(("past", "submission"), _SUBMISSIONS, ids=lambda each: getattr(each, "type_name", None))
def test_a_decision_that_is_taken_off_the_list_fails(
    past: Past, submission: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(decide._LOOKS_AT_OTHERS, type(submission.data))

    with pytest.raises(ContextNotLoaded):
        past.when(submission).then_whatever()


def test_every_listed_type_reads_the_other_goals() -> None:
    assert {type(submission.data) for _, submission in _SUBMISSIONS} == decide._LOOKS_AT_OTHERS.keys()


def test_a_decision_about_a_plan_that_reads_a_goal_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def reads_goal(context: DecisionContext, submission: Event, data: Any) -> Decision:
        rules.goal_exists(context)
        return Decision()

    _replace_decision(monkeypatch, p.Measured, reads_goal)
    measured = p.Measured(instrument="phq9", score=7, on=TODAY)

    with pytest.raises(ContextNotLoaded, match="a submission about a plan has none"):
        stories.active().when(clinician(measured, on=GOAL.plan)).then_whatever()
