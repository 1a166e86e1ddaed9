"""A week as seven marks: a stone for a day that was told, a small ring for one that was not (S43).

`templates/pictures/week.html` draws what is worked out here; `templates/pictures/marks.html` draws one mark by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

Mark = Literal["kept", "otherwise", "told", "unknown", "today", "ahead"]
"""What is known of a day: told as planned, told otherwise, told with nothing to tick, not told, or not over yet."""

WIDTH, HEIGHT = 248, 48
_FIRST_X, _STEP, _LETTER_Y, _STONE_Y = 18, 35, 13, 33


@dataclass(frozen=True, slots=True)
class Day:
    """A day as it is drawn.

    Attributes:
        text: What stands on the stone, such as a value or a level; at most four characters are readable.
        is_today: Whether it is the day of looking, which is underlined once it is told.
    """

    on: date
    mark: Mark
    text: str | None = None
    is_today: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A day with the place of its mark.

    Attributes:
        letter: The letter of the day of the week, at its head.
    """

    day: Day
    letter: str
    x: int
    letter_y: int = _LETTER_Y
    y: int = _STONE_Y


@dataclass(frozen=True, slots=True)
class WeekPicture:
    """What `pictures/week.html` draws.

    Attributes:
        name: What the picture says, for those who do not see it.
    """

    name: str
    days: Sequence[Placed]
    width: int = WIDTH
    height: int = HEIGHT


def week_picture(name: str, days: Sequence[Day], letters: Sequence[str]) -> WeekPicture:
    """A week from its days, each with the letter at its head."""
    placed = (
        Placed(day, letter, _FIRST_X + _STEP * at) for at, (day, letter) in enumerate(zip(days, letters, strict=True))
    )
    return WeekPicture(name, tuple(placed))
