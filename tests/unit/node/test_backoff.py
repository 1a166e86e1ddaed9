"""What fails again and again is tried less and less often."""

import pytest

from services.node import backoff as module
from services.node.backoff import Backoff


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "monotonic", clock)
    return clock


def test_pauses_double_up_to_a_bound(clock: Clock) -> None:
    backoff = Backoff()
    pauses = []
    for _ in range(8):
        backoff.started()
        pauses.append(backoff.failed())
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]


def test_what_has_run_for_a_while_starts_over(clock: Clock) -> None:
    backoff = Backoff()
    for _ in range(3):
        backoff.started()
        backoff.failed()
    backoff.started()
    clock.now += 60
    assert backoff.failed() == 0.2
    assert backoff.failures == 1
