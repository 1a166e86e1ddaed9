"""The T-score over time as steps: it stands until something else is told. Beside it, what was expected and the start.

`templates/pictures/tscore.html` draws what is worked out here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import ceil, floor

WIDTH, HEIGHT = 560, 200
EXPECTED = 50
_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 514.0, 30.0, 156.0
_DAYS_Y = 190
_TICK = 10
_LEAST, _MOST = 40, 60
"""The scale shows at least so much, so that a small step does not look like a large one."""
_DOT, _DOT_OF_MANY, _MANY = 5.0, 3.0, 30
_BETWEEN_DAYS = 84.0
"""The least room between the middles of days that are written below, and `_APART` between their ends."""
_APART = 8.0
_ABOVE_LINE = 7.0
_CHARACTER, _TALL, _BELOW = 13.0, 21.0, 4.0
"""About how much room a letter takes, above and below its line: one of a narrow screen, where they are largest."""
Path = Sequence[tuple[float, float]]
_ONE_LINE = 12.0
"""Two labels that are nearer would stand on each other."""


@dataclass(frozen=True, slots=True)
class Told:
    """A T-score on a day.

    Attributes:
        by_review: Whether a review or the closing told it, and not the diary alone.
    """

    on: date
    value: float
    by_review: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """The place of a score."""

    x: float
    y: float
    radius: float
    by_review: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A number at the side."""

    y: float
    value: int


@dataclass(frozen=True, slots=True)
class Label:
    """A day below the picture, or a word on a line."""

    x: float
    y: float
    text: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class TScorePicture:
    """What is drawn.

    Attributes:
        name: What the picture says, for those who do not see it.
        path: The steps.
        expected_y: Where what was expected stands.
        began_y: Where it began; None where nobody knows, or where that is what was expected.
        last_y: Where the last score stands, and `last` what it is.
        labels: On the lines, and below.
    """

    name: str
    path: str
    dots: Sequence[Dot]
    ticks: Sequence[Tick]
    labels: Sequence[Label]
    expected_y: float
    began_y: float | None
    last_y: float
    last: str
    left: float = _LEFT
    right: float = _RIGHT
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class Words:
    """What stands in the picture: on the line of what was expected, on that of the start, or on both."""

    expected: str
    began: str
    both: str


def tscore_picture(
    name: str,
    told: Sequence[Told],
    *,
    began: Told | None,
    until: date,
    words: Words,
    days: Sequence[tuple[date, str]],
    last: str,
) -> TScorePicture:
    """The picture of scores in the order of their days.

    Args:
        told: At least one.
        began: The score at which the goals began, where it is known.
        until: The last day; the last score stands until then.
        days: The days that may be written below, the most telling first, each as it is written.
        last: The last score as it is written.
    """
    first = min(each.on for each in (*told, *([began] if began else [])))
    until = max(until, told[-1].on)
    values = [each.value for each in told] + ([began.value] if began else [])
    low = min(_LEAST, floor(min(values) / _TICK) * _TICK)
    high = max(_MOST, ceil(max(values) / _TICK) * _TICK)

    def x(day: date) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * (day - first).days / max((until - first).days, 1), 1)

    def y(value: float) -> float:
        return round(_BOTTOM - (_BOTTOM - _TOP) * (value - low) / (high - low), 1)

    start = began or told[0]
    path = [(x(start.on), y(start.value))]
    for each in told:
        path += [(x(each.on), path[-1][1]), (x(each.on), y(each.value))]
    path.append((_RIGHT, path[-1][1]))
    radius = _DOT_OF_MANY if len(told) > _MANY else _DOT
    step = _TICK * max(1, ceil((high - low) / _TICK / 5))
    ticks = [Tick(y(value), value) for value in range(low, high + 1, step)]
    if EXPECTED not in range(low, high + 1, step):
        ticks.append(Tick(y(EXPECTED), EXPECTED))
    return TScorePicture(
        name,
        "M" + " L".join(f"{across} {down}" for across, down in path),
        tuple(Dot(x(each.on), y(each.value), radius, each.by_review) for each in told),
        tuple(ticks),
        (*_on_the_lines(path, y(EXPECTED), y(began.value) if began else None, words), *_below(days, x)),
        expected_y=y(EXPECTED),
        began_y=y(began.value) if began and began.value != EXPECTED else None,
        last_y=y(told[-1].value),
        last=last,
    )


def _on_the_lines(path: Path, expected: float, began: float | None, words: Words) -> list[Label]:
    if began is None:
        return [_free(path, expected, words.expected)]
    if abs(began - expected) < _ONE_LINE:
        return [_free(path, min(began, expected), words.both)]
    return [_free(path, expected, words.expected), _free(path, began, words.began)]


def _free(path: Path, line: float, text: str) -> Label:
    """A word on a line, where the steps do not run through it: at the right, at the left, or between."""
    y = line - _ABOVE_LINE
    places = {"end": _RIGHT, "": _LEFT + _ABOVE_LINE, "mid": (_LEFT + _RIGHT) / 2}
    labels = [Label(x, y, text, anchor) for anchor, x in places.items()]

    def is_free(label: Label) -> bool:
        left, right = _extent(label)
        top, bottom = y - _TALL, y + _BELOW
        return not any(
            max(min(from_x, to_x), left) <= min(max(from_x, to_x), right)
            and max(min(from_y, to_y), top) <= min(max(from_y, to_y), bottom)
            for (from_x, from_y), (to_x, to_y) in pairwise(path)
        )

    return next(filter(is_free, labels), labels[0])


def _below(days: Sequence[tuple[date, str]], x: Callable[[date], float]) -> list[Label]:
    """As many of the days as have room, those named first before the others."""
    placed: list[Label] = []
    for day, text in days:
        at = x(day)
        anchor = "" if at < _LEFT + _BETWEEN_DAYS / 2 else "end" if at > _RIGHT - _BETWEEN_DAYS / 4 else "mid"
        label = Label(at, _DAYS_Y, text, anchor)
        begins, ends = _extent(label)
        if all(
            abs(at - each.x) >= _BETWEEN_DAYS and (ends + _APART <= left or right + _APART <= begins)
            for each, (left, right) in ((each, _extent(each)) for each in placed)
        ):
            placed.append(label)
    return placed


def _extent(label: Label) -> tuple[float, float]:
    """From where to where a text goes."""
    wide = len(label.text) * _CHARACTER
    begins = label.x - {"": 0.0, "mid": wide / 2, "end": wide}[label.anchor]
    return begins, begins + wide
