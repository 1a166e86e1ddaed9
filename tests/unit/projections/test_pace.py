"""How fast a projection works."""

from projections.engine.pace import Pace


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_is_events_per_second() -> None:
    clock = Clock()
    pace = Pace(clock)
    for _ in range(4):
        clock.now += 0.5
        pace.worked(100)
    assert pace.rate == 200


def test_only_the_last_ten_seconds_count() -> None:
    clock = Clock()
    pace = Pace(clock)
    for events in [1000] * 20 + [10] * 20:
        clock.now += 1
        pace.worked(events)
    assert pace.rate == 10


def test_before_any_work_it_is_zero() -> None:
    assert Pace(Clock()).rate == 0
