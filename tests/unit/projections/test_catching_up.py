"""Which projections share a reading of the log while they catch up, and which of them a process."""

import pytest

from projections.engine.catching_up import WORTH_A_PROCESS, Reading, Way, on_cores, shared_reading

FAR = 10 * WORTH_A_PROCESS


def ways(**positions: int) -> dict[str, dict[str, Way]]:
    return {name: {"CAIRN_LOG": Way(position, FAR - position)} for name, position in positions.items()}


def test_those_that_are_about_as_far_share_one_from_the_position_of_the_last_one() -> None:
    expected = Reading("CAIRN_LOG", 3, FAR, ("one", "two"))
    assert shared_reading(ways(one=10, two=3, three=3 + WORTH_A_PROCESS)) == expected


def test_one_alone_shares_nothing() -> None:
    assert shared_reading({}) is None
    assert shared_reading(ways(one=0)) is None
    assert shared_reading(ways(one=0, two=WORTH_A_PROCESS)) is None


def test_several_streams_are_read_by_each_projection_for_itself() -> None:
    both = {"ONE": Way(0, FAR), "OTHER": Way(0, FAR)}
    assert shared_reading({"one": both, "two": both}) is None


@pytest.mark.parametrize(
    ("cores", "expected"),
    [
        (1, [("one", "two", "three")]),
        (2, [("one",), ("two", "three")]),
        (3, [("one",), ("two",), ("three",)]),
        (8, [("one",), ("two",), ("three",)]),
    ],
)
def test_as_many_have_a_process_as_there_are_cores_and_the_others_share_one(
    cores: int, expected: list[tuple[str, ...]]
) -> None:
    assert on_cores(("one", "two", "three"), cores) == expected
    assert on_cores((), cores) == []
