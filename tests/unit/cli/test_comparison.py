"""What a rebuild found, as it is printed: keys and columns, and never a value."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from projections.engine.builds import Build
from projections.engine.comparing import Difference, TableComparison
from projections.engine.rebuilding import Comparison
from services.cli.comparison import Rebuilt, print_rebuilt, rebuilt_as_json

GOAL_STATE = cast(Any, SimpleNamespace(name="goal_state", version=2))  # what printing needs of a projection
LIVE = Build(2, 1, ("goals",), datetime(2026, 3, 2, tzinfo=UTC))
EQUAL = TableComparison("goals", 1200, 1200, "aa" * 32, "aa" * 32, different=0, listed=())
UNEQUAL = TableComparison(
    "entries",
    30,
    31,
    "aa" * 32,
    "bb" * 32,
    different=22,
    listed=(
        Difference("entries", ("n", "p1", "walk", 4), ("mood", "note")),
        Difference("entries", ("n", "p1", "walk\x1b[2J", 5), only_in="next"),
        Difference("entries", ("n", "p2", "walk", 4), only_in="live"),
    ),
)


def comparison(**fields: object) -> Comparison:
    its = {
        "live": LIVE,
        "tables": (EQUAL,),
        "live_positions": {"CAIRN_LOG": 20_000},
        "next_positions": {"CAIRN_LOG": 20_000},
        "of_another_log": (),
        "next_quarantined": 0,
        **fields,
    }
    return Comparison(**cast(Any, its))  # the fields, by their names


def shown(capsys: pytest.CaptureFixture[str], found: Comparison, *, swapped: bool = True) -> str:
    print_rebuilt(GOAL_STATE, Rebuilt(20_000, 4.0, found, swapped))
    return capsys.readouterr().out


def test_it_says_how_much_how_fast_and_that_nothing_differs(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, comparison())
    assert out.startswith(
        "Built goal_state from 20,000 events in 4.0 s, 5,000 a second.\nCompared at position 20,000.\n"
    )
    assert "goals   1,200       1,200      equal     0" in out
    assert out.endswith(
        "The new tables are live.\nThe former ones are kept; `cairn projections drop-previous goal_state` drops them.\n"
    )


def test_rows_that_differ_are_named_by_key_and_column(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, comparison(tables=(EQUAL, UNEQUAL))).splitlines()
    assert any(line.split()[:6] == ["entries", "30", "31", "not", "equal", "22"] for line in lines)
    assert any("n p1 walk 4" in line and line.endswith("mood, note") for line in lines)
    assert any("n p1 walk�[2J 5" in line and line.endswith("only in the new tables") for line in lines)
    assert any("n p2 walk 4" in line and line.endswith("only in the live tables") for line in lines)
    assert "… and 19 more." in lines


def test_without_a_swap_it_says_what_becomes_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, comparison(), swapped=False)
    assert out.endswith("Nothing was swapped. What was built is kept: the next rebuild goes on from there.\n")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (comparison(live=None, tables=()), "Nothing is live, so there is nothing to compare with."),
        (comparison(live=LIVE._replace(version=1), tables=()), "Version 1 is live and this is version 2"),
        (comparison(live_positions={"CAIRN_LOG": 5}), "at position 5 and the new ones at 20,000: no service keeps"),
        (comparison(next_quarantined=3), "3 events are in quarantine in the new tables"),
        (
            comparison(live_positions={"A": 1, "B": 2000}, next_positions={"A": 1, "B": 2000}),
            "Compared at position 1 of A, 2,000 of B.",
        ),
    ],
    ids=["nothing live", "another version", "positions", "quarantine", "streams"],
)
def test_what_makes_a_comparison_weaker_is_said(
    capsys: pytest.CaptureFixture[str], found: Comparison, said: str
) -> None:
    assert said in shown(capsys, found)


def test_live_tables_of_another_log_are_called_that(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(
        capsys,
        comparison(
            tables=(UNEQUAL,),
            live_positions={"CAIRN_LOG": 480},
            next_positions={"CAIRN_LOG": 478},
            of_another_log=("CAIRN_LOG",),
        ),
    )
    assert "The live tables are of another log than the one there is now: they are at position 480" in out
    assert "no service keeps" not in out


def test_programs_read_the_same() -> None:
    told = rebuilt_as_json("goal_state", Rebuilt(20_000, 4.0, comparison(tables=(UNEQUAL,)), swapped=False))
    assert (told["events"], told["rate"], told["same"], told["swapped"]) == (20_000, 5000.0, False, False)
    (table,) = told["tables"]
    assert table["different"] == 22
    assert table["differences"][0] == {"key": ["n", "p1", "walk", "4"], "columns": ["mood", "note"], "only_in": None}
    assert (
        rebuilt_as_json("goal_state", Rebuilt(1, 0.0, comparison(live=None, tables=()), swapped=True))["same"] is None
    )
