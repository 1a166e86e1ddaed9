"""A plan reads with the cadence that counts, which short reviews cap (S50)."""

import pytest

from events.plan.reading import read_plan
from tests.builders import NOON
from tests.unit.events.goals import plan


@pytest.mark.parametrize(
    ("accommodations", "said", "counts"),
    [((), 14, 14), (("short_reviews",), 14, 7), (("short_reviews",), 5, 5), (("visual_tools",), 21, 21)],
)
def test_it_says_how_often_reviews_are_and_how_often_they_were_to_be(
    accommodations: tuple[str, ...], said: int, counts: int
) -> None:
    read = read_plan(plan(accommodations=accommodations, review_every_days=said), at=NOON)
    assert (read["review_every_days"], read["effective_review_every_days"]) == (said, counts)
