"""A build gets on when this gateway has seen it move, by a clock of its own."""

from services.gateway.progress import Progress
from tests.unit.gateway.statuses import status


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def built(position: int, *, version: int = 2, stream: str = "CAIRN_LOG") -> dict[str, object]:
    return status(stream=stream, building={"version": version, "position": position})


def test_what_was_seen_once_was_not_seen_to_move() -> None:
    progress = Progress(Clock())

    progress.note([built(10)])

    assert not progress.gets_on("goal_state", 30)


def test_it_gets_on_until_it_has_stood_still_for_too_long() -> None:
    clock = Clock()
    progress = Progress(clock)
    progress.note([built(10)])
    progress.note([built(11)])

    clock.now += 30
    progress.note([built(11)])
    assert progress.gets_on("goal_state", 30)

    clock.now += 1
    progress.note([built(11)])
    assert not progress.gets_on("goal_state", 30)


def test_a_build_that_was_begun_anew_gets_on_too() -> None:
    progress = Progress(Clock())
    progress.note([built(10)])

    progress.note([built(0, version=3)])

    assert progress.gets_on("goal_state", 30)


def test_a_build_that_is_complete_on_one_stream_gets_on_while_it_does_on_another() -> None:
    progress = Progress(Clock())
    progress.note([built(10, stream="CAIRN_LOG_A"), built(3, stream="CAIRN_LOG_B")])

    progress.note([built(10, stream="CAIRN_LOG_A"), built(4, stream="CAIRN_LOG_B")])

    assert progress.gets_on("goal_state", 30)


def test_what_is_not_built_does_not_get_on() -> None:
    progress = Progress(Clock())
    progress.note([built(10)])
    progress.note([built(11)])

    progress.note([status()])

    assert not progress.gets_on("goal_state", 30)
