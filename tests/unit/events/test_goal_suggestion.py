"""Which framework is suggested for a draft: SMART for timelines, GAS for complex personal goals (S19)."""

import pytest

from events.goal import GoalPayload
from events.goal import types as g
from events.goal.reading import read_goal
from events.goal.suggestion import suggested_framework
from tests.builders import gas, proposed, smart
from tests.unit.events.goals import goal, plan


@pytest.mark.parametrize(
    "fields",
    [
        {"statement": "Go to 3 groups a week"},
        {"statement": "Call my sister every Sunday", "life_area": "family"},
        {"statement": "Be back at work by the end of May", "kind": "outcome", "horizon": "long_term"},
        {"statement": "Go to group", "life_area": "attendance"},
    ],
    ids=["a number", "a rhythm", "an end", "something to do soon"],
)
def test_smart_for_timelines(fields: dict[str, object]) -> None:
    suggestion = suggested_framework(goal(proposed(**fields)), simplified=False)

    assert suggestion is not None
    assert suggestion.framework == "smart"


@pytest.mark.parametrize(
    "fields",
    [
        {"statement": "Be someone my children trust", "kind": "outcome", "horizon": "long_term"},
        {"statement": "Get along with my brother", "life_area": "family"},
        {"statement": "Live without dread", "kind": "outcome"},
    ],
    ids=["long-term", "family", "outcome"],
)
def test_gas_for_complex_personal_goals(fields: dict[str, object]) -> None:
    suggestion = suggested_framework(goal(proposed(**fields)), simplified=False)

    assert suggestion is not None
    assert suggestion.framework == "gas"


def test_three_levels_in_simplified_language() -> None:
    suggestion = suggested_framework(goal(proposed(statement="3 groups a week")), simplified=True)

    assert suggestion is not None
    assert (suggestion.framework, "Three levels" in suggestion.sentence) == ("gas", True)


@pytest.mark.parametrize(
    "said",
    [(proposed(smart=smart()),), (proposed(gas=gas()),), (proposed(), g.Closed(outcome="retired", reason="Moved"))],
    ids=["SMART begun", "GAS begun", "over"],
)
def test_nothing_once_a_framework_is_begun_or_the_goal_is_over(said: tuple[GoalPayload, ...]) -> None:
    assert suggested_framework(goal(*said), simplified=False) is None


def test_it_is_read_with_the_draft() -> None:
    read = read_goal(goal(proposed(statement="Live without dread")), plan())

    assert read["suggested_framework"]["framework"] == "smart"
    assert read["suggested_framework"]["sentence"].endswith(".")
