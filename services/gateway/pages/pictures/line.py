"""A small line over days: what was told, joined where days follow each other, and dotted over what nobody told (S43).

`templates/pictures/line.html` draws what is worked out here. No line falls to zero because nothing was told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

_DOT, _DOT_OF_FEW, _LAST_DOT = 2.2, 3.0, 4.5
_FEW = 10
_BESIDE_LAST, _BELOW_LAST = 9.0, 5.0
_NEXT = 2
"""Told on the day after next, too, is joined without a gap: it takes a glance, and one day says little."""


@dataclass(frozen=True, slots=True)
class Point:
    """A number that was told of a day."""

    on: date
    value: float


@dataclass(frozen=True, slots=True)
class Scale:
    """What a line is drawn against: the first and last day, and the lowest and highest number that there can be."""

    first: date
    last: date
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Size:
    """How large a picture is, and between which edges its line runs."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float


SMALL = Size(248, 60, 6.0, 220.0, 8.0, 52.0)
"""In a row beside others."""
WIDE = Size(480, 96, 6.0, 452.0, 8.0, 88.0)
"""By itself on the page of one patient."""


@dataclass(frozen=True, slots=True)
class Dot:
    """The place of a point."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class LinePicture:
    """What `pictures/line.html` draws.

    Attributes:
        name: What the picture says, for those who do not see it.
        joined: The path between points of days that follow each other; empty where there is none.
        apart: The path between the others.
        last: The last point, which is drawn larger; None where nothing was told.
        last_text: What stands beside it.
        label_x, label_y: Where that stands.
    """

    name: str
    dots: Sequence[Dot]
    joined: str
    apart: str
    last: Dot | None
    last_text: str
    label_x: float = 0.0
    label_y: float = 0.0
    size: Size = SMALL


def line_picture(
    name: str, points: Sequence[Point], scale: Scale, last_text: str = "", size: Size = SMALL
) -> LinePicture:
    """A line through points in the order of their days; one point a day.

    Args:
        scale: Points outside of its days are left out.
    """
    shown = [point for point in points if scale.first <= point.on <= scale.last]
    radius = _DOT_OF_FEW if len(shown) < _FEW else _DOT
    dots = [_dot(point, scale, radius, size) for point in shown]
    joined: list[str] = []
    apart: list[str] = []
    for (point, dot), (after, dot_after) in zip(
        zip(shown, dots, strict=True), zip(shown[1:], dots[1:], strict=True), strict=False
    ):
        path = joined if (after.on - point.on).days <= _NEXT else apart
        path.append(f"M{dot.x:.1f} {dot.y:.1f} L{dot_after.x:.1f} {dot_after.y:.1f}")
    last = Dot(dots[-1].x, dots[-1].y, _LAST_DOT) if dots else None
    beside = (round(last.x + _BESIDE_LAST, 1), round(last.y + _BELOW_LAST, 1)) if last else (0.0, 0.0)
    return LinePicture(name, tuple(dots), " ".join(joined), " ".join(apart), last, last_text, *beside, size)


def _dot(point: Point, scale: Scale, radius: float, size: Size) -> Dot:
    days = max((scale.last - scale.first).days, 1)
    height = max(scale.high - scale.low, 1e-9)
    value = min(max(point.value, scale.low), scale.high)
    x = size.left + (size.right - size.left) * (point.on - scale.first).days / days
    y = size.bottom - (size.bottom - size.top) * (value - scale.low) / height
    return Dot(round(x, 1), round(y, 1), radius)
