"""Where a goal stood on its scale, over time: a line of steps, with a mark where the steps got other texts.

`templates/pictures/steps.html` draws what is worked out here. A level holds until the next one is told; what lies
between is not known better. A level that was told under other texts is told of other steps, and is drawn paler.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from projections.goal_state.patient.levels import LevelSeen
from services.gateway.pages.pictures.ladder import signed

MAX_POINTS = 40
"""How many levels are drawn one by one; of more, the last of each week is, or of each longer period."""
WIDTH = 440
_LEFT, _RIGHT, _TOP = 40, 420, 14
_HIGHEST_Y, _STEP = 24, 38
_BELOW_LOWEST, _ENDS, _FOOT = 10, 26, 36
"""How far lines go below the lowest step, and how far below that what stands at the two ends, and the foot, are."""
_ROOM = 96
"""How far apart two words above the picture must be, so that both can be read."""

Kind = Literal["told", "hard", "laid"]
"""A dot of the diary, a ring of a review, and either of them under former texts."""
Thinned = Literal["week", "month", "quarter", "year"]
_PERIODS: Sequence[Thinned] = get_args(Thinned)


@dataclass(frozen=True, slots=True)
class Point:
    """A level on a day, and where it is drawn."""

    seen: LevelSeen
    x: float
    y: int
    kind: Kind
    radius: int


@dataclass(frozen=True, slots=True)
class Rewording:
    """The day from which the steps had other texts.

    Attributes:
        is_named: Whether there is room for a word above it.
    """

    on: date
    x: float
    is_named: bool


@dataclass(frozen=True, slots=True)
class Row:
    """The line of a step across the picture."""

    level: int
    sign: str
    y: int
    is_expected: bool


@dataclass(frozen=True, slots=True)
class StepsPicture:
    """What `pictures/steps.html` draws.

    Attributes:
        name: What the picture says, for those who do not see it.
        path: The line through all levels.
        thinned: Of which period only the last level is drawn; None where all are.
        first_text, last_text: What stands below its two ends.
        bottom: Where the lines across the steps end: the picture is as tall as it has steps.
    """

    name: str
    rows: Sequence[Row]
    points: Sequence[Point]
    rewordings: Sequence[Rewording]
    path: str
    thinned: Thinned | None
    first_text: str
    last_text: str
    bottom: int
    width: int = WIDTH
    left: int = _LEFT
    right: int = _RIGHT
    top: int = _TOP

    @property
    def ends_y(self) -> int:
        """Where what stands below its two ends is."""
        return self.bottom + _ENDS

    @property
    def height(self) -> int:
        """How tall it is."""
        return self.bottom + _FOOT


def steps_picture(
    name: str,
    levels: Sequence[LevelSeen],
    *,
    scale: Collection[int],
    first: date,
    last: date,
    until: date | None = None,
    reworded: Sequence[tuple[date, int]] = (),
    ends: tuple[str, str] = ("", ""),
) -> StepsPicture:
    """The line of a goal's levels.

    Args:
        levels: In the order of their days, as :func:`levels_over_time` has them.
        scale: The steps that there are.
        first, last: The days at its two ends.
        until: The day to which the line goes, where that is not the last.
        reworded: The day and the version of each event that gave the steps other texts.
        ends: What stands below the two ends.
    """
    kept, thinned = thin(levels)
    now = max((version for _, version in reworded), default=0)
    drawn = sorted({*scale, *(seen.level for seen in levels)}, reverse=True)
    y = {level: _HIGHEST_Y + _STEP * (drawn[0] - level) for level in drawn}
    places = [(seen, _x(seen.on, first, last), y[seen.level]) for seen in kept]
    points = tuple(
        Point(seen, at, above, _kind(seen, now), 6 if seen.told_by == "review" else 5)
        for seen, at, above in places
        if seen.told_by != "baseline"
    )
    rows = tuple(Row(level, signed(level), y[level], is_expected=level == 0) for level in drawn)
    path = _path([(at, above) for _, at, above in places], _x(until or last, first, last))
    bottom = y[drawn[-1]] + _BELOW_LOWEST
    return StepsPicture(name, rows, points, tuple(_rewordings(reworded, first, last)), path, thinned, *ends, bottom)


def thin(levels: Sequence[LevelSeen]) -> tuple[Sequence[LevelSeen], Thinned | None]:
    """The levels that are drawn, and how they were chosen; the baseline is always one of them."""
    if len(levels) <= MAX_POINTS:
        return levels, None
    for name in _PERIODS[:-1]:
        if len(kept := _last_of_each(levels, name)) <= MAX_POINTS:
            return kept, name
    return _last_of_each(levels, _PERIODS[-1]), _PERIODS[-1]


def _last_of_each(levels: Sequence[LevelSeen], period: Thinned) -> Sequence[LevelSeen]:
    baseline = [seen for seen in levels if seen.told_by == "baseline"]
    last = {_in(period, seen.on): seen for seen in levels if seen.told_by != "baseline"}
    return [*baseline, *last.values()]


def _in(period: Thinned, day: date) -> tuple[int, int]:
    match period:
        case "week":
            return day.isocalendar()[:2]
        case "month":
            return day.year, day.month
        case "quarter":
            return day.year, (day.month - 1) // 3
        case _:
            return day.year, 0


def _kind(seen: LevelSeen, now: int) -> Kind:
    if seen.version is not None and seen.version < now:
        return "laid"
    return "hard" if seen.told_by == "review" else "told"


def _rewordings(reworded: Sequence[tuple[date, int]], first: date, last: date) -> Iterator[Rewording]:
    free_from = float(_LEFT - _ROOM)
    for day, _ in reworded:
        x = _x(day, first, last)
        is_named = x - free_from >= _ROOM
        free_from = x if is_named else free_from
        yield Rewording(day, x, is_named)


def _path(places: Sequence[tuple[float, int]], end: float) -> str:
    if not places:
        return ""
    (x, y), *rest = places
    turns = "".join(f" H{after_x:g} V{after_y}" for after_x, after_y in rest)
    return f"M{x:g} {y}{turns} H{max(end, places[-1][0]):g}"


def _x(day: date, first: date, last: date) -> float:
    days = max((last - first).days, 1)
    share = min(max((day - first).days / days, 0.0), 1.0)
    return round(_LEFT + (_RIGHT - _LEFT) * share, 1)
