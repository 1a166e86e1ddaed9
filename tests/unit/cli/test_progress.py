"""Progress: for people, and only where something takes a while."""

import re
from types import SimpleNamespace

import pytest

from services.cli import progress
from services.cli.progress import SlowProgress


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard error is one, and everything takes a while."""
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=SimpleNamespace(isatty=lambda: True)))
    monkeypatch.setattr(progress, "_SHOWN_AFTER_SECONDS", -1.0)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")


@pytest.mark.usefixtures("terminal")
def test_it_tells_how_far_it_is_how_fast_and_how_long_it_will_take(capsys: pytest.CaptureFixture[str]) -> None:
    with SlowProgress("building goal_state, events") as shown:
        shown.reach(9000, 20_000)
        shown.reach(10_000, 20_000)
    said = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capsys.readouterr().err)
    assert "building goal_state, events" in said
    assert "10000/20000" in said
    assert re.search(r"[\d,]+/s", said)
    assert "left" in said


@pytest.mark.usefixtures("terminal")
def test_what_was_there_before_does_not_count_for_the_rate() -> None:
    with SlowProgress("events") as shown:
        shown.reach(10**9, 2 * 10**9)
        assert shown.rate == 0


def test_nobody_is_bothered_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with SlowProgress("events", 2) as shown:
        shown.advance()
        shown.advance()
    assert capsys.readouterr().err == ""
