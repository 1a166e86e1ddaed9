"""Goal attainment scales out of the PCO extension."""

import pytest

from services.fhir.incoming.refusal import Json
from tests.unit.fhir.resources import SCALE, goal, mapped, scaling

LEVELS = {
    "-2": "Stays in bed",
    "-1": "Walks to the door",
    "0": "Walks round the block",
    "1": "Walks to the park",
    "2": "Walks to the lake",
}


def of_another_system() -> Json:
    """A level whose code looks like LOINC's, and is another code system's."""
    extension = scaling("LA34479-8", "Walks to the lake")
    extension["extension"][0]["valueCoding"]["system"] = "urn:other"
    return extension


@pytest.mark.parametrize("text_url", ["progressText", "text"])
def test_the_five_levels_are_taken_over_under_either_name_of_the_text(text_url: str) -> None:
    scale = [
        scaling(each["extension"][0]["valueCoding"]["code"], f"text {i}", text_url=text_url)
        for i, each in enumerate(SCALE)
    ]

    gas = mapped(goal(extension=scale)).payload.gas

    assert gas is not None
    assert list(gas.levels.items()) == [(level, f"text {i}") for i, level in enumerate(LEVELS)]


def test_the_order_of_the_extensions_does_not_matter() -> None:
    assert mapped(goal(extension=SCALE)).payload == mapped(goal(extension=SCALE[::-1])).payload


def test_a_scale_may_be_incomplete() -> None:
    gas = mapped(goal(extension=SCALE[1:4])).payload.gas

    assert gas is not None
    assert set(gas.levels) == {"-1", "0", "1"}


def test_the_baseline_goes_into_the_scale() -> None:
    gas = mapped(goal(extension=SCALE), baselines={("p1", "g1"): -1}).payload.gas

    assert gas is not None
    assert gas.baseline == -1


def test_a_level_in_a_codeable_concept_is_understood() -> None:
    concept: Json = {"coding": [{"system": "http://loinc.org", "code": "LA34481-4"}]}
    stated = {"url": "level", "valueCodeableConcept": concept}
    extension = scaling("LA34481-4", "x") | {"extension": [stated, {"url": "progressText", "valueString": "As hoped"}]}

    gas = mapped(goal(extension=[extension])).payload.gas

    assert gas is not None
    assert gas.levels == {"0": "As hoped"}


def test_a_text_without_a_level_is_left_out_as_it_cannot_be_placed() -> None:
    unplaced = scaling("LA34481-4", "Somewhere")
    del unplaced["extension"][0]

    taken = mapped(goal(extension=[*SCALE, unplaced]))

    assert taken.payload.gas is not None
    assert taken.payload.gas.levels == LEVELS
    assert taken.left_out == ("extension[5]: it names no level",)


@pytest.mark.parametrize(
    ("extensions", "why"),
    [
        (
            [scaling("gas-expected-outcome", "As hoped")],
            "extension[0].level: Its code must be one of LOINC's LA34479-8",
        ),
        ([scaling("LA34481-4", "x", text_url="words")], "extension[0]: It has no text for its level"),
        ([*SCALE[:4], scaling("LA34481-4", "again")], "extension[4]: The level +0 has a text already"),
        ([*SCALE[:4], scaling("LA34479-8", "walks to  the door")], "Each level needs a text of its own"),
        ([*SCALE[:4], of_another_system()], "extension[4].level: Its code must be one of LOINC's LA34479-8"),
    ],
    ids=["a code that is none", "no text", "a level twice", "a text twice", "a code of another system"],
)
def test_a_level_that_cannot_be_read_costs_the_scale_and_not_the_goal(extensions: list[Json], why: str) -> None:
    taken = mapped(goal(extension=extensions))

    assert taken.payload.gas is None
    assert taken.scale_unreadable
    assert why in taken.left_out[0]
    assert taken.left_out[0].endswith("So the goal comes in without its scale.")
