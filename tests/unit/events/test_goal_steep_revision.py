"""How large a step is: twice what was asked for, or half of what was allowed, in the same unit."""

import pytest

from events.goal.steep_revision import is_steep
from events.vocabulary import Measure


def measure(target: object, **fields: object) -> Measure:
    return Measure.model_validate({"what": "groups", "target": target, **fields})


@pytest.mark.parametrize(
    ("before", "after", "steep"),
    [
        (measure(3), measure(6), True),
        (measure(3), measure(5), False),
        (measure(6), measure(3), False),
        (measure(6, direction="at_most"), measure(3, direction="at_most"), True),
        (measure(6, direction="at_most"), measure(4, direction="at_most"), False),
        (measure(3, direction="at_most"), measure(6, direction="at_most"), False),
        (measure(3, per="week"), measure(1, per="day"), True),
        (measure(3, per="month"), measure(1, per="week"), False),
        (measure({"low": 3, "high": 4}), measure({"low": 6}), True),
        (measure({"low": 3, "high": 4}), measure({"high": 9}), False),
        (measure(3), measure(True), False),
        (measure(3), measure(None), False),
        (measure(0), measure(6), False),
        (measure(3, unit="hours"), measure(90, unit="minutes"), False),
        (measure(3), measure(6, per="week"), False),
        (None, measure(6), False),
        (measure(3), None, False),
    ],
)
def test_a_step_is_steep_or_not(before: Measure | None, after: Measure | None, steep: bool) -> None:
    assert is_steep(before, after) == steep
