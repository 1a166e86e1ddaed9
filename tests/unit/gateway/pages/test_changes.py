"""What a revision changed, in words that anybody reads: a target is a sentence, a step has its name."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from events.goal import GoalState
from events.vocabulary import GasScale, Measure, Smart, TargetRange
from services.gateway.pages.changes import Change, changes_between, target
from services.gateway.pages.language import language_of
from services.gateway.pages.word_changes import Piece
from tests.unit.gateway.pages.goals import a_goal

ENGLISH = language_of(["en"], None)
SPANISH = language_of(["es"], None)


def between(before: GoalState, after: GoalState, *, by_patient: bool = True) -> list[Change]:
    return changes_between(ENGLISH, before, after, by_patient=by_patient)


def said(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def smart(target: object, **other: object) -> Smart:
    return Smart.model_validate(
        {"measure": {"what": "evenings without alcohol", "unit": "evenings", "target": target, **other}}, strict=False
    )


def test_a_target_that_changes_is_one_sentence_of_which_the_number_is_marked() -> None:
    wanted = {"per": "week", "direction": "at_least"}
    before, after = a_goal(smart=smart(3, **wanted)), a_goal(smart=smart(6, **wanted))

    (change,) = between(before, after)

    assert change.name == ""
    assert change.now == (Piece("at least ", False), Piece("6", True), Piece(" evenings a week", False))
    assert said(change.was) == "at least 3 evenings a week"


@pytest.mark.parametrize(
    ("measure", "sentence"),
    [
        (Measure(what="evenings", target=3, per="week", direction="at_most"), "at most 3 evenings a week"),
        (Measure(what="tablets", unit="quarters", target=2, per="day"), "2 quarters a day"),
        (
            Measure(what="put aside", unit="euro", target=TargetRange(low=30, high=60), per="month"),
            "30 to 60 euro a month",
        ),
        (Measure(what="put aside", unit="euro", target=TargetRange(high=1500)), "at most 1,500 euro"),
        (Measure(what="evenings", target=1, per="week", direction="at_least"), "evenings: at least 1 a week"),
        (Measure(what="walks", unit="times", target=TargetRange(low=0, high=1)), "times: 0 to 1"),
        (Measure(what="open day visited", target=True), "open day visited"),
        (Measure(what="it is not known yet"), "it is not known yet"),
    ],
)
def test_a_target_is_said_in_words(measure: Measure, sentence: str) -> None:
    assert target(ENGLISH, measure) == sentence


def test_a_target_is_said_in_the_readers_language() -> None:
    measure = Measure(what="noches", target=3, per="week", direction="at_least")

    assert target(SPANISH, measure) == "al menos 3 noches por semana"


def test_the_first_wording_is_seen_against_the_statement() -> None:
    before = a_goal(statement="I want to be a good dad")
    after = a_goal(statement="I want to be a good dad", wording="I want to be a good father")

    (change,) = between(before, after)

    assert (said(change.was), said(change.now)) == ("I want to be a good dad", "I want to be a good father")


@pytest.mark.parametrize("by_patient", [True, False])
def test_words_are_the_patients_voice_where_the_patient_put_them(by_patient: bool) -> None:
    (change,) = between(a_goal(), a_goal(wording="Otherwise"), by_patient=by_patient)

    assert change.is_voice is by_patient


def test_a_target_is_nobodys_voice() -> None:
    (change,) = between(a_goal(), a_goal(smart=smart(3)))[:1]

    assert not change.is_voice


def test_each_step_that_is_worded_anew_has_its_name() -> None:
    texts: dict[Any, str] = {"-2": "a", "-1": "b", "0": "c", "1": "d", "2": "e"}
    before = a_goal(gas=GasScale(levels=texts, baseline=-1))
    after = a_goal(gas=GasScale(levels={**texts, "1": "more", "-2": "less"}, baseline=-1))

    assert [change.name for change in between(before, after)] == ["One step more than expected", "Two steps to go"]


def test_what_is_taken_away_has_no_now() -> None:
    before = a_goal(smart=Smart(due=date(2026, 3, 1)))

    (change,) = between(before, a_goal())

    assert (change.name, said(change.was), list(change.now)) == ("Until", "1 March 2026", [])


def test_what_stays_is_not_told() -> None:
    goal = a_goal(wording="the same", smart=smart(3), interventions=("a walk",), relevance=7)

    assert between(goal, goal) == []
