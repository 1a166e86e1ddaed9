"""When motivation dips: three or less, or three below the day before that told it."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.goal.entries import ProgressEntry
from events.goal.motivation import dips, falls
from tests.builders import TODAY, entry, proposed
from tests.unit.events.goals import goal


def told(*days: tuple[int, int | None]) -> Sequence[ProgressEntry]:
    """Entries in the order in which they came: the day each is for, and its motivation, if it tells one."""
    entries = [
        entry(
            f"e{number}", TODAY + timedelta(days=day), **({"done": True} if rating is None else {"motivation": rating})
        )
        for number, (day, rating) in enumerate(days)
    ]
    return goal(proposed(), *entries).progress


def is_dip(entry: ProgressEntry, entries: Iterable[ProgressEntry]) -> bool:
    """Whether an entry's motivation is low, or much lower than in the last entry before it.

    Entries are ordered by the day that they are for, so a late entry is compared with the days before its own.
    """
    if entry.motivation is None:
        return False
    rated = ((each.on, each.version, each.motivation) for each in entries if each.motivation is not None)
    before = max((each for each in rated if each[:2] < (entry.on, entry.version)), default=None)
    return falls(before[2] if before else None, entry.motivation)


@pytest.mark.parametrize(
    ("days", "dipping"),
    [
        ([(0, 3)], [0]),
        ([(0, 4)], []),
        ([(0, 9), (1, 6)], [1]),
        ([(0, 9), (1, 7)], []),
        ([(0, 9), (1, None), (2, 6)], [2]),
        ([(0, 9), (0, 6)], [1]),
        ([(2, 6), (0, 9)], [0]),
        ([(2, 5), (1, 4), (3, 4)], []),
    ],
    ids=["low", "not low", "a drop", "a small drop", "a day between", "on one day", "told late", "late and small"],
)
def test_dips_are_those_of_the_days_they_are_for(days: list[tuple[int, int | None]], dipping: list[int]) -> None:
    assert [each.entry for each in dips(told(*days))] == [f"e{number}" for number in dipping]


@given(st.lists(st.tuples(st.integers(0, 20), st.none() | st.integers(0, 10)), max_size=12))
def test_all_dips_are_the_entries_of_which_each_is_one(days: list[tuple[int, int | None]]) -> None:
    entries = told(*days)

    assert {each.entry for each in dips(entries)} == {each.entry for each in entries if is_dip(each, entries)}
