"""Ids are subject tokens, and three of them name a goal."""

import pytest

from events.errors import Rejected
from events.identity import FEED, INTAKE, LOG, SUBMIT, GoalId, goal_id_of, is_token, parse_goal_id, parse_subject

GOAL = GoalId("northside", "pt-1", "walk")


@pytest.mark.parametrize("token", ["a", "A-1_b", "0", "-", "x" * 64])
def test_a_token_is_1_to_64_letters_digits_hyphens_or_underscores(token: str) -> None:
    assert is_token(token)


NO_TOKENS = ["", "x" * 65, "a b", "a.b", "a*", ">", "ä", "\uff11", "a\n", "\x00", "a/b"]


@pytest.mark.parametrize("token", NO_TOKENS)
def test_anything_else_is_no_token(token: str) -> None:
    assert not is_token(token)


def test_an_id_reads_as_it_is_written() -> None:
    assert parse_goal_id("northside.pt-1.walk") == GOAL
    assert str(GOAL) == "northside.pt-1.walk"


@pytest.mark.parametrize("part", [part for part in NO_TOKENS if "." not in part])
@pytest.mark.parametrize("place", ["org", "patient", "goal"])
def test_a_part_that_is_no_token_is_named(place: str, part: str) -> None:
    with pytest.raises(Rejected, match=f"The {place} in") as caught:
        parse_goal_id(str(GOAL._replace(**{place: part})))

    assert caught.value.code == "identity.mismatch"


@pytest.mark.parametrize(("text", "parts"), [("", "1 part,"), ("a.b", "2 parts"), ("a.b.c.d", "4 parts")])
def test_an_id_has_three_parts(text: str, parts: str) -> None:
    with pytest.raises(Rejected, match=parts):
        parse_goal_id(text)


def test_an_answer_repeats_what_was_sent_shortly_and_with_nothing_a_terminal_obeys() -> None:
    with pytest.raises(Rejected) as caught:
        parse_goal_id("\x1b[31m" + "x" * 500)

    assert "\x1b" not in caught.value.detail
    assert len(caught.value.detail) < 200


def test_a_goal_is_on_a_subject_of_its_own() -> None:
    assert GOAL.on(LOG) == "cairn.log.northside.pt-1.walk"
    assert GOAL.patient_on(FEED) == "cairn.feed.northside.pt-1.*"
    assert parse_subject(SUBMIT, "cairn.submit.northside.pt-1.walk") == GOAL
    assert goal_id_of("cairn.log.northside.pt-1.walk") == GOAL
    assert goal_id_of("cairn.intake.northside.pt-1.walk", INTAKE) == GOAL


@pytest.mark.parametrize(
    "subject", ["cairn.submit", "cairn.submit.", "cairn.submit.a.b", "cairn.submit.a.b.c.d", "cairn.submits.a.b.c", ""]
)
def test_a_subject_names_exactly_one_goal(subject: str) -> None:
    with pytest.raises(Rejected) as caught:
        parse_subject(SUBMIT, subject)

    assert caught.value.code == "identity.mismatch"


def test_the_plan_stands_in_the_goals_place() -> None:
    assert GOAL.plan == GoalId("northside", "pt-1", "plan")
    assert GOAL.plan.is_plan
    assert not GOAL.is_plan
