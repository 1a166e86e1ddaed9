"""What waits for whom: agreement, the answer to a contest, the answer to a change request."""

from datetime import timedelta

import pytest

from events.event import Event
from events.goal import GoalPayload
from events.goal import types as g
from events.goal.waiting import waiting
from events.vocabulary import ActorRole
from tests.builders import NOON, proposed
from tests.unit.events.goals import by, goal

LATER = NOON + timedelta(days=3)
WORDING = g.Revised(changes=g.Changes(wording="Walk"), reason="clinical")
ANSWER = g.ChangeAnswered(answer="adapted", text="So")


@pytest.mark.parametrize(
    ("proposer", "awaited"),
    [("patient", ["clinician"]), ("clinician", ["patient"]), ("family", ["patient", "clinician"])],
)
def test_a_proposal_awaits_whoever_has_not_agreed(proposer: ActorRole, awaited: list[str]) -> None:
    found = waiting(goal(by(proposer, proposed())))

    assert [(each["role"], each["for"], each["since"]) for each in found] == [
        (role, "agreement", NOON) for role in awaited
    ]


def test_a_goal_that_both_agree_to_waits_for_nothing() -> None:
    assert waiting(goal(proposed(), by("clinician", g.Agreed()))) == []


def test_a_revision_awaits_the_other_side_from_then_on() -> None:
    revised = goal(proposed(), by("clinician", g.Agreed()), by("clinician", WORDING, LATER))

    assert waiting(revised) == [{"role": "patient", "for": "agreement", "since": LATER, "request": None}]


def test_a_contest_awaits_the_clinicians_answer_before_any_agreement() -> None:
    contested = goal(proposed(), by("patient", g.Contested(reason="Not mine"), LATER))

    assert waiting(contested) == [{"role": "clinician", "for": "answer_to_contest", "since": LATER, "request": None}]


def test_a_contest_of_a_goal_at_work_is_awaited_beside_the_agreement_to_its_revision() -> None:
    begun: list[GoalPayload | Event] = [proposed(), by("clinician", g.Agreed()), by("clinician", g.Activated())]
    contested = goal(*begun, by("patient", g.Contested(reason="Not mine")), by("clinician", WORDING, LATER))

    assert [(each["role"], each["for"]) for each in waiting(contested)] == [
        ("clinician", "answer_to_contest"),
        ("patient", "agreement"),
    ]
    answered = goal(*begun, g.Contested(reason="Not mine"), by("clinician", ANSWER))
    assert waiting(answered) == []


def test_an_answered_contest_awaits_both_agreements_since_the_answer() -> None:
    answered = goal(proposed(), g.Contested(reason="Not mine"), by("clinician", ANSWER, LATER))

    assert [(each["role"], each["for"], each["since"]) for each in waiting(answered)] == [
        ("patient", "agreement", LATER),
        ("clinician", "agreement", LATER),
    ]


@pytest.mark.parametrize(
    ("asks", "answers"), [("patient", "clinician"), ("family", "clinician"), ("clinician", "patient")]
)
def test_a_change_request_awaits_the_other_sides_answer(asks: ActorRole, answers: str) -> None:
    request = g.ChangeRequested(request="r1", text="Evenings")
    asked = goal(proposed(), by("clinician", g.Agreed()), by(asks, request, LATER))

    assert waiting(asked) == [{"role": answers, "for": "answer_to_change_request", "since": LATER, "request": "r1"}]
    assert waiting(goal(proposed(), by("clinician", g.Agreed()), by(asks, request), _answered("r1"))) == []


def test_what_has_waited_longest_comes_first() -> None:
    request = g.ChangeRequested(request="r1", text="Evenings")
    both = goal(proposed(), by("clinician", g.Agreed()), by("patient", request), by("clinician", WORDING, LATER))

    assert [each["for"] for each in waiting(both)] == ["answer_to_change_request", "agreement"]


def test_a_goal_that_is_over_waits_for_nothing() -> None:
    request = g.ChangeRequested(request="r1", text="Evenings")

    assert waiting(goal(proposed(), request, g.Closed(outcome="retired", reason="Moved"))) == []


def _answered(request: str) -> g.ChangeAnswered:
    return g.ChangeAnswered(request=request, answer="accepted", text="Yes")
