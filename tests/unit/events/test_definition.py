"""What a goal lacks until it is defined well enough to be worked on."""

import pytest

from events.goal import GoalState, fold_goals, missing_parts
from events.goal.definition import FULL_SCALE, WHY, missing_in_smart, unsaid_in_smart
from events.vocabulary import GasScale, Measure, Smart
from tests.builders import GOAL, event, gas, proposed, recorded, smart

SCALE = ["gas.levels.-2", "gas.levels.-1", "gas.levels.0", "gas.levels.1", "gas.levels.2"]
SMART = ["smart.measure", "smart.measure.target", "smart.due"]


def drafted(**fields: object) -> GoalState:
    """A goal as it was proposed."""
    state = fold_goals(recorded([event(GOAL, proposed(**fields))]))
    assert state is not None
    return state


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({}, [*SMART, *SCALE]),
        ({"smart": Smart()}, SMART),
        ({"smart": Smart(measure=Measure(what="groups"), for_weeks=2)}, ["smart.measure.target"]),
        ({"gas": GasScale(levels={"0": "Goes out"})}, [level for level in SCALE if level != "gas.levels.0"]),
        ({"smart": Smart(), "gas": GasScale(levels={})}, [*SMART, *SCALE]),
        ({"smart": smart()}, []),
        ({"gas": gas()}, []),
        ({"smart": Smart(), "gas": gas()}, []),
        ({"smart": smart(), "gas": GasScale(levels={})}, []),
    ],
    ids=[
        "words",
        "smart begun",
        "no target",
        "scale begun",
        "both begun",
        "smart",
        "gas",
        "one whole",
        "other whole",
    ],
)
def test_missing_parts_are_those_of_the_framework_that_was_begun(fields: dict[str, object], missing: list[str]) -> None:
    assert list(missing_parts(drafted(**fields), simplified=False)) == missing


def test_missing_parts_in_simplified_language_are_three_levels() -> None:
    assert missing_parts(drafted(smart=Smart()), simplified=True) == (
        "gas.levels.-1",
        "gas.levels.0",
        "gas.levels.1",
    )


def test_every_part_that_can_be_missing_says_why_it_is_wanted() -> None:
    levels = {f"gas.levels.{level}" for level in FULL_SCALE}

    assert {*missing_in_smart(None), *unsaid_in_smart(Smart()), *levels} == set(WHY)


def test_the_letters_of_smart_are_unsaid_until_they_are_filled_in() -> None:
    whole = Smart.model_validate(
        {"specific": "Walk the dog", "achievable": {"confidence": 7, "supports": "The dog"}, "relevant": "Fresh air"}
    )

    assert unsaid_in_smart(Smart()) == ("smart.specific", "smart.achievable", "smart.relevant")
    assert unsaid_in_smart(whole) == unsaid_in_smart(None) == ()
