"""The scale of a goal as a cairn: a stone for each step, laid from the widest at the foot up to where the goal stands.

`templates/pictures/ladder.html` draws what is worked out here. A stone that was laid is never taken away: a step that
was reached and left again keeps its pale one. A step nobody has reached is a dotted outline.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Shape = Literal["top-stone", "laid", "free"]
"""A stone where the goal stands, one that was laid, and a place where none is yet."""

EXPECTED = 0
"""The step that was expected when the scale was made (Kiresuk & Sherman 1968)."""
_STONES: Mapping[int, str] = {
    2: "M37 33 C37 12 48 2 60 2 C74 2 85 13 85 34 C85 52 75 58 61 58 C44 58 37 51 37 33 Z",
    1: "M27 33 C27 12 41 2 57 2 C77 2 91 13 91 34 C91 52 78 58 59 58 C37 58 27 51 27 33 Z",
    0: "M22 33 C22 12 40 2 60 2 C84 2 102 13 102 34 C102 52 86 58 62 58 C34 58 22 51 22 33 Z",
    -1: "M10 33 C10 12 32 2 56 2 C84 2 106 13 106 34 C106 52 87 58 58 58 C24 58 10 51 10 33 Z",
    -2: "M4 33 C4 12 29 2 57 2 C91 2 116 13 116 34 C116 52 94 58 60 58 C21 58 4 51 4 33 Z",
}
"""The outline of each step's stone in a box of 120 by 60. No two are alike, as stones are."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step with its stone.

    Attributes:
        text: What it looks like for this person.
        is_own: Whether the patient wrote that.
        sign: Its number as it is written, such as `−1`.
        stone: The outline of its stone.
        is_now: Whether the goal stands here.
        is_beginning: Whether it began here.
    """

    level: int
    text: str
    is_own: bool
    sign: str
    shape: Shape
    stone: str
    is_now: bool
    is_beginning: bool

    @property
    def is_expected(self) -> bool:
        """Whether this is the step that was expected."""
        return self.level == EXPECTED


@dataclass(frozen=True, slots=True)
class LadderPicture:
    """What `pictures/ladder.html` draws: the steps from the highest down."""

    steps: Sequence[Step]

    @property
    def now(self) -> Step | None:
        """The step where the goal stands; None where nobody told."""
        return next((step for step in self.steps if step.is_now), None)


def ladder_picture(
    levels: Mapping[str, str],
    *,
    baseline: int | None,
    now: int | None,
    reached: Collection[int] = (),
    own: Collection[int] = (),
) -> LadderPicture:
    """The cairn of a scale.

    Args:
        levels: The text of each step by its number, as :class:`events.vocabulary.GasScale` has them.
        baseline: Where the goal began; None where nobody told.
        now: The latest level; where there is none yet the goal stands where it began.
        reached: Every level that was ever told.
        own: The steps whose texts the patient wrote.
    """
    stands = baseline if now is None else now
    laid = max((each for each in (*reached, stands) if each is not None), default=None)
    return LadderPicture(tuple(_steps(levels, baseline, stands, laid, own)))


def signed(level: int) -> str:
    """The number of a step with its sign, as it is set: `+1`, `0`, `−1`."""
    return f"+{level}" if level > 0 else f"−{-level}" if level < 0 else "0"


def _steps(
    levels: Mapping[str, str],
    baseline: int | None,
    stands: int | None,
    laid: int | None,
    own: Collection[int],
) -> Iterator[Step]:
    for level in sorted(map(int, levels), reverse=True):
        is_now = level == stands
        shape: Shape = "top-stone" if is_now else "laid" if laid is not None and level <= laid else "free"
        yield Step(
            level,
            levels[str(level)],
            is_own=level in own,
            sign=signed(level),
            shape=shape,
            stone=_STONES[level],
            is_now=is_now,
            is_beginning=level == baseline,
        )
