"""Tables for a spreadsheet: no cell is taken for a formula, and nothing is lost."""

import csv
from io import StringIO

import pytest

from services.gateway.csv_answers import csv_table, prefers_csv


def cell(value: object) -> str:
    (row,) = csv.DictReader(StringIO(csv_table(("said",), [{"said": value}]).decode(), newline=""))
    return row["said"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+43 1", "-2", "@SUM(A1)", "\t=1", "  =1", "\uff1d1", "\r\n=1", "=cmd|' /C calc'!A0"]
)
def test_a_text_that_begins_like_a_formula_is_made_harmless(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["Walk, daily", 'He said "no"', "Two\nlines", "1 = 1", "a-b", "", "'quoted'", "ß – 日"]
)
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


@pytest.mark.parametrize(("value", "written"), [(True, "true"), (False, "false"), (None, ""), (0, "0"), (12, "12")])
def test_yes_no_and_unknown_are_told_apart(value: object, written: str) -> None:
    assert csv_table(("said", "more"), [{"said": value, "more": 1}]).decode() == f"said,more\r\n{written},1\r\n"


@pytest.mark.parametrize(
    ("accept", "csv_preferred"),
    [
        ("text/csv", True),
        ("text/csv, */*;q=0.1", True),
        ("TEXT/CSV; q=0.9, application/json;q=0.8", True),
        ("text/csv, application/json", False),
        ("text/csv;q=0.2, application/*", False),
        ("text/csv;q=0", False),
        ("text/csv;q=soon", False),
        ("*/*", False),
        ("", False),
        (";;,,", False),
    ],
)
def test_csv_is_given_to_those_who_ask_for_it(accept: str, csv_preferred: bool) -> None:
    assert prefers_csv(accept) is csv_preferred
