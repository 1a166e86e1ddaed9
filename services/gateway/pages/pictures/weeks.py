"""A goal week by week: each week is a cairn of its own, a stone for each time, beside the line of what was agreed then.

`templates/pictures/weeks.html` draws what is worked out here. A week of which nobody told is a ring, and one that was
told of without a stone is a whole stone with an outline, as everywhere: told is told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from math import ceil

MAX_STONES = 10
"""So many stones are the most that can be counted at a glance."""
WIDTH = 560
_LEFT, _RIGHT = 34, 526
_TALL, _ABOVE, _BELOW = 16, 26, 34
_WIDEST, _SLIMMER = 20.0, 0.93
"""Half the width of the stone at the foot, and how much slimmer the one on it is."""
_SHARE = 0.44
"""Of the room of a week, so much is half a stone at the foot."""
_ROOM_OF_DAY = 86
"""The least room in which a day can be written below, in the large letters of a narrow screen."""
_GAP, _HALF_LETTER = 6, 5
_CLEAR = 2.5
"""So much the line of what was agreed lies above as many stones, so that it cuts none of them."""


@dataclass(frozen=True, slots=True)
class WeekTold:
    """A week.

    Attributes:
        begins: Its Monday.
        amount: What was told; None where nobody told of it.
        is_ahead: Whether nobody could tell of it: it is the present one, and nothing is told yet.
        wanted: What was agreed then; None where that was no number a week.
    """

    begins: date
    amount: float | None
    wanted: float | None
    is_ahead: bool = False


@dataclass(frozen=True, slots=True)
class Stone:
    """A stone: where it lies, and how wide it is."""

    x: float
    y: float
    half: float


@dataclass(frozen=True, slots=True)
class Pile:
    """A week as it is drawn.

    Attributes:
        stones: From the foot up.
        number: What stands on the highest; empty of a week that nobody told of.
        top: Where the highest lies, or the ring of a week that nobody told of.
        mark: What is drawn where there is no stone: `otherwise`, `unknown`, or `ahead`.
        day: What stands below; empty where there is no room.
    """

    x: float
    stones: Sequence[Stone]
    number: str
    top: float
    mark: str
    day: str


@dataclass(frozen=True, slots=True)
class End:
    """A number at an end of the line of what was agreed."""

    x: float
    y: float
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class WeeksPicture:
    """What `pictures/weeks.html` draws.

    Attributes:
        name: What the picture says, for those who do not see it.
        agreed: The lines of what was agreed.
        ends: What was agreed first and last; none where it was never a number.
    """

    name: str
    piles: Sequence[Pile]
    agreed: Sequence[str]
    ends: Sequence[End]
    height: int
    width: int = WIDTH


def weeks_picture(
    name: str, weeks: Sequence[WeekTold], *, numbers: Sequence[str], days: Sequence[str], agreed: Sequence[str]
) -> WeeksPicture:
    """The picture of weeks that follow each other.

    Args:
        weeks: At least one, with no more than :data:`MAX_STONES` in any.
        numbers, days: The amount and the Monday of each as they are written.
        agreed: What was agreed in each as it is written.
    """
    most = max(max(week.amount or 0, week.wanted or 0, 1) for week in weeks)
    height = _ABOVE + ceil(most * _TALL) + _BELOW
    ground = height - _BELOW
    room = min((_RIGHT - _LEFT) / len(weeks), 2 * _WIDEST / _SHARE)
    places = _Places(room, ground)
    every = ceil(_ROOM_OF_DAY / room)
    piles = tuple(
        _pile(week, places, place, number, day if place % every == 0 else "")
        for place, (week, number, day) in enumerate(zip(weeks, numbers, days, strict=True))
    )
    known = [place for place, week in enumerate(weeks) if week.wanted is not None]
    ends = []
    if known:
        first, last = known[0], known[-1]
        ends = [
            End(places.edge(first) - _GAP, places.above(weeks[first].wanted) + _HALF_LETTER, agreed[first], "end"),
            End(places.edge(last + 1) + _GAP, places.above(weeks[last].wanted) + _HALF_LETTER, agreed[last], ""),
        ]
    return WeeksPicture(name, piles, tuple(_lines(weeks, places)), ends, height)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where things lie: each week has so much room, and stands on the ground."""

    room: float
    ground: float

    def edge(self, place: int) -> float:
        return round(_LEFT + self.room * place, 1)

    def middle(self, place: int) -> float:
        return round(_LEFT + self.room * (place + 0.5), 1)

    def above(self, amount: float | None) -> float:
        return round(self.ground - (amount or 0) * _TALL, 1)


def _pile(week: WeekTold, places: _Places, place: int, number: str, day: str) -> Pile:
    half, count, x = min(_WIDEST, places.room * _SHARE), int(week.amount or 0), places.middle(place)
    stones = tuple(Stone(x, places.above(each + 0.5), round(half * _SLIMMER**each, 1)) for each in range(count))
    top = places.above(max(count, 1) - 0.5)
    mark = "ahead" if week.is_ahead else "unknown" if week.amount is None else "otherwise"
    return Pile(x, stones, "" if week.amount is None else number, top, mark, day)


def _lines(weeks: Sequence[WeekTold], places: _Places) -> Iterator[str]:
    """The steps of what was agreed, one line for weeks that follow each other with a number."""
    for is_known, group in groupby(enumerate(weeks), key=lambda each: each[1].wanted is not None):
        if not is_known:
            continue
        steps = list(group)
        first, _ = steps[0]
        heights = [round(places.above(week.wanted) - _CLEAR, 1) for _, week in steps]
        turns = "".join(
            f" V{height} H{places.edge(place + 1)}" for height, (place, _) in zip(heights, steps, strict=True)
        )
        yield f"M{places.edge(first)} {heights[0]}{turns}"
