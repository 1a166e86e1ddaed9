"""Which projections share a reading of the log while they catch up."""

from projections.engine.catching_up import WORTH_A_PROCESS, Reading, Way, shared_reading

FAR = 10 * WORTH_A_PROCESS


def ways(**positions: int) -> dict[str, dict[str, Way]]:
    return {name: {"CAIRN_LOG": Way(position, FAR - position)} for name, position in positions.items()}


def test_those_that_are_about_as_far_share_one_from_the_position_of_the_last_one() -> None:
    expected = Reading("CAIRN_LOG", 3, FAR, frozenset({"one", "two"}))
    assert shared_reading(ways(one=10, two=3, three=3 + WORTH_A_PROCESS)) == expected


def test_one_alone_shares_nothing() -> None:
    assert shared_reading({}) is None
    assert shared_reading(ways(one=0)) is None
    assert shared_reading(ways(one=0, two=WORTH_A_PROCESS)) is None


def test_several_streams_are_read_by_each_projection_for_itself() -> None:
    both = {"ONE": Way(0, FAR), "OTHER": Way(0, FAR)}
    assert shared_reading({"one": both, "two": both}) is None
