"""How the projections are doing, as people read it."""

from typing import Any

import pytest

from services.cli import projections_status
from services.cli.printing import print_table
from tests.unit.gateway.statuses import status


def shown(capsys: pytest.CaptureFixture[str], *statuses: dict[str, Any]) -> list[str]:  # Any: JSON of mixed values
    columns, rows = projections_status.columns_and_rows({"items": statuses, "next": None})
    print_table(columns, rows)
    return capsys.readouterr().out.splitlines()


def test_a_line_tells_all_of_a_projection(capsys: pytest.CaptureFixture[str]) -> None:
    head, _, line, *_ = shown(
        capsys,
        status(
            state="catching_up",
            position=1000,
            head=3500,
            lag=2500,
            lag_seconds=61.25,
            rate=1234.5,
            quarantined=3,
            last_error="OperationalError: disk I/O error",
            last_error_at="2026-03-02T12:00:00.123456+00:00",
            building={"version": 2, "position": 700, "head": 3500, "percent": 20, "rate": 9.0, "quarantined": 0},
        ),
    )
    assert head.split() == [
        *("Projection", "State", "Position", "Head", "Behind", "Seconds", "Events/s", "Quarantine", "Being", "built"),
        *("Last", "trouble"),
    ]
    assert [part.strip() for part in line.split("   ") if part.strip()] == [
        *("goal_state", "catching up", "1,000", "3,500", "2,500", "61.2", "1,234", "3", "version 2: 20 %"),
        "2026-03-02T12:00:00 OperationalError: disk I/O error",
    ]


@pytest.mark.parametrize(("state", "told"), [("live", "over: "), ("catching_up", ""), ("stopped", "")])
def test_trouble_is_over_once_the_projection_is_live_again(state: str, told: str) -> None:
    """What was seen: a log that had been replaced was told of for hours after the right one was back."""
    mended = status(state=state, last_error="no room", last_error_at="2026-03-02T12:00:00+00:00")
    _, [[_, *cells]] = projections_status.columns_and_rows({"items": [mended], "next": None})
    assert cells[-1] == f"{told}2026-03-02T12:00:00 no room"


def test_how_long_something_waits_may_be_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    *_, line = shown(capsys, status(lag_seconds=None))
    assert line.split()[5] == "?"


def test_of_another_log_nothing_is_so_and_so_far_behind() -> None:
    sentence = "The log CAIRN_LOG is another one than before. See `cairn log adopt`."
    replaced = status(
        state="log_replaced",
        position=480,
        head=478,
        lag=478,
        last_error=sentence,
        last_error_at="2026-03-02T12:00:00+00:00",
    )
    _, [[_, *cells]] = projections_status.columns_and_rows({"items": [replaced], "next": None})
    assert cells[:5] == ["log replaced", "480", "478", "?", "?"]
    assert cells[-1] == f"2026-03-02T12:00:00 {sentence}"


def test_streams_are_told_apart_where_there_are_several(capsys: pytest.CaptureFixture[str]) -> None:
    head, _, *lines = shown(capsys, status(stream="CAIRN_LOG_A"), status(stream="CAIRN_LOG_B"))
    assert head.split()[:2] == ["Projection", "Stream"]
    assert [line.split()[:2] for line in lines] == [["goal_state", "CAIRN_LOG_A"], ["goal_state", "CAIRN_LOG_B"]]
