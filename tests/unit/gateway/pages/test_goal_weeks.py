"""A goal week by week: what was told is a stone, and what was agreed is a line that moves; no week is a failure."""

import re
from datetime import timedelta

import pytest

from events.event import Event
from events.goal import types as g
from services.gateway.pages.goal.weeks import Weeks
from services.gateway.pages.pictures.weeks import MAX_STONES, WeekTold, weeks_picture
from tests.builders import NOON, entry, event, gas, smart
from tests.unit.gateway.pages.test_goal_page import DAY, GOAL, begun, by_clinician, shown

MONDAY = NOON.date()
AGREED = {"what": "walks", "unit": "walks", "per": "week", "direction": "at_least"}


def told(*numbers: int, **said: object) -> list[Event]:
    return [
        event(GOAL, entry(f"d{number}", MONDAY + timedelta(days=number), **(said or {"done": True})))
        for number in numbers
    ]


def weekly(target: object) -> dict[str, object]:
    return {"smart": smart(measure={**AGREED, "target": target})}


def weeks_of(*offered: Event, days: int) -> Weeks | None:
    return shown(*offered, now=NOON + days * DAY).weeks


def test_each_week_has_a_stone_for_each_time_beside_what_was_agreed_then() -> None:
    revised = by_clinician(
        g.Revised(changes=g.Changes(smart=smart(measure={**AGREED, "target": 2})), reason="setback"),
        time=NOON + 8 * DAY,
    )
    found = weeks_of(*begun(**weekly(3)), *told(0, 1, 2), revised, *told(9), *told(15, done=False), days=29)

    assert found is not None
    assert [(row.told, row.agreed) for row in found.rows] == [
        ("3", "3"),
        ("1", "2"),
        ("0", "2"),
        ("not told: we do not know", "2"),
        ("nothing told yet", "2"),
    ]
    assert [(len(pile.stones), pile.mark) for pile in found.picture.piles] == [
        (3, "otherwise"),
        (1, "otherwise"),
        (0, "otherwise"),
        (0, "unknown"),
        (0, "ahead"),
    ]
    assert "2 Mar 3, agreed 3; 9 Mar 1, agreed 2;" in found.picture.name
    assert [end.text for end in found.picture.ends] == ["3", "2"]
    assert not re.search("fail|miss|only|behind|below", f"{found.picture.name} {found.caption}", re.IGNORECASE)


@pytest.mark.parametrize(
    "events",
    [
        [*begun(smart=smart(measure={**AGREED, "target": 3, "per": "day"})), *told(0)],
        [*begun(**weekly(3), gas=gas()), *told(0)],
        [*begun(**weekly(MAX_STONES + 1)), *told(0)],
        begun(**weekly(3)),
        [*begun(smart=smart(measure={**AGREED, "target": 3, "direction": "at_most"})), *told(0)],
        [*begun(**weekly(True)), *told(0)],
    ],
    ids=["per day", "with a scale", "too many to count", "nothing told", "at most", "no number"],
)
def test_another_goal_has_no_weeks_of_stones(events: list[Event]) -> None:
    assert weeks_of(*events, days=3) is None


def test_a_cairn_is_widest_at_its_foot_and_stones_lie_on_each_other() -> None:
    (pile,) = weeks_picture("", [WeekTold(MONDAY, 3, 3)], numbers=["3"], days=["2 Mar"], agreed=["3"]).piles

    assert [stone.half for stone in pile.stones] == sorted((stone.half for stone in pile.stones), reverse=True)
    assert [above.y - below.y for below, above in zip(pile.stones, pile.stones[1:], strict=False)] == [-16, -16]
    assert pile.top == pile.stones[-1].y


def test_the_line_of_what_was_agreed_is_broken_where_nobody_knows() -> None:
    weeks = [WeekTold(MONDAY + timedelta(weeks=each), 1, wanted) for each, wanted in enumerate((2, None, 1, 1))]

    picture = weeks_picture("", weeks, numbers=["1"] * 4, days=[""] * 4, agreed=["2", "", "1", "1"])

    assert len(picture.agreed) == 2
    assert picture.agreed[1].count("H") == 2
