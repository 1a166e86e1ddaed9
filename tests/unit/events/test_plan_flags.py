"""Three to five priorities are ranked before goals are planned; any other number is flagged, not refused (S2)."""

import pytest

from events.plan import types as p
from events.plan.reading import read_plan
from events.vocabulary import Priority
from tests.builders import NOON
from tests.unit.events.goals import plan


def ranked(count: int) -> p.PrioritiesRanked:
    return p.PrioritiesRanked(
        priorities=tuple(Priority(id=f"p{rank}", text="Home", rank=rank) for rank in range(1, count + 1))
    )


@pytest.mark.parametrize("count", [3, 4, 5])
def test_three_to_five_priorities_are_usual(count: int) -> None:
    assert read_plan(plan(ranked(count)), at=NOON)["flags"] == []


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (1, "1 priority was ranked; three to five are usual."),
        (2, "2 priorities were ranked; three to five are usual."),
        (6, "6 priorities were ranked; three to five are usual."),
    ],
)
def test_fewer_or_more_are_flagged(count: int, sentence: str) -> None:
    assert read_plan(plan(ranked(count)), at=NOON)["flags"] == [
        {"code": "priorities_ranked", "sentence": sentence, "audience": "patient"}
    ]


def test_a_plan_without_any_says_what_comes_first() -> None:
    (flag,) = read_plan(plan(), at=NOON)["flags"]

    assert flag["sentence"] == "No priorities are ranked yet; three to five come before goals."


def test_a_closed_plan_has_no_flags() -> None:
    assert read_plan(plan(p.Closed(reason="Moved")), at=NOON)["flags"] == []
