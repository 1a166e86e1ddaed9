"""What is printed is shown and never obeyed by a terminal."""

import json

import pytest

from services.cli.printing import minute, number_of, print_json, print_table, printable


@pytest.mark.parametrize("obeyed", ["\x1b[2J", "\r", "\x9b31m", "\x07", "\u202e", "\x00", "\ud800"], ids=ascii)
def test_what_a_terminal_would_obey_is_replaced(obeyed: str) -> None:
    shown = printable(f"a{obeyed}b")
    assert shown[0] + shown[-1] == "ab"
    assert not set(obeyed[:1]) & set(shown)


def test_words_of_every_language_stay_as_they_are() -> None:
    assert printable("Zoë’s 目標 – ✓") == "Zoë’s 目標 – ✓"


def test_json_escapes_what_a_terminal_would_obey(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"text": "ü\x1b[2J\x9b\u202e\ud800"}
    print_json(value, indent=None)
    printed = capsys.readouterr().out
    assert printed == '{"text": "ü\\u001b[2J\\u009b\\u202e\\ud800"}\n'
    assert json.loads(printed) == value


def test_a_table_shows_markup_and_control_characters_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("Goal", "Words"), [("a.b.c", "[red]no[/red] \x1b[31m")], wide=("Words",))
    printed = capsys.readouterr().out
    assert "[red]no[/red] �[31m" in printed
    assert "\x1b" not in printed


def test_words_stand_in_the_place_of_a_table_without_rows(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("Goal", "Words"), (), none="There are no goals of a\x1b.")
    assert capsys.readouterr().out == "There are no goals of a�.\n"


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 goals, leaves"), (1, "1 goal, leaf"), (1204, "1,204 goals, leaves")]
)
def test_a_count_goes_with_its_noun(count: int, words: str) -> None:
    assert f"{number_of(count, 'goal')}, {number_of(count, 'leaf', 'leaves').split()[1]}" == words


def test_a_table_has_no_spaces_at_the_ends_of_lines(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("A", "B"), [(None, "x"), ("y", None)])
    assert all(line == line.rstrip() for line in capsys.readouterr().out.splitlines())


def test_an_instant_is_shown_to_the_minute() -> None:
    assert minute("2026-03-02T09:30:15.123+01:00") == "2026-03-02 09:30"
