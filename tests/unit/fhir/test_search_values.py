"""Values of a FHIR search: tokens, dates with their prefixes, and escapes (FHIR R4 3.1.1)."""

from datetime import UTC, datetime

import pytest

from services.fhir.escapes import escaped, split_unescaped, unescaped
from services.fhir.outgoing.search.dates import read_span, read_wanted, span_matches
from services.fhir.outgoing.search.tokens import Token, token_matches

STATUS = "http://hl7.org/fhir/goal-status"
NOW = datetime(2026, 3, 11, tzinfo=UTC)

CODE = Token(STATUS, "active", implied=True)
"""Of an element that is a plain code: its system is implied."""
CODING = Token("http://loinc.org", "107334-5")
WITHOUT = Token(None, "A|7")


@pytest.mark.parametrize(
    ("wanted", "token", "found"),
    [
        ("active", CODE, True),
        (f"{STATUS}|active", CODE, True),
        ("|active", CODE, True),
        (f"{STATUS}|", CODE, True),
        ("Active", CODE, False),
        (f"{STATUS}|on-hold", CODE, False),
        ("http://loinc.org|active", CODE, False),
        ("107334-5", CODING, True),
        ("http://loinc.org|107334-5", CODING, True),
        ("http://loinc.org|", CODING, True),
        ("|107334-5", CODING, False),
        ("http://snomed.info/sct|107334-5", CODING, False),
        (r"A\|7", WITHOUT, True),
        (r"|A\|7", WITHOUT, True),
        (r"urn:x|A\|7", WITHOUT, False),
    ],
)
def test_a_token_is_found_by_code_by_system_and_code_and_by_either_alone(
    wanted: str, token: Token, found: bool
) -> None:
    assert token_matches(wanted, token) is found


@pytest.mark.parametrize(
    ("wanted", "element", "found"),
    [
        ("2026-03-10", "2026-03-10", True),
        ("2026-03", "2026-03-10", True),
        ("2026", "2026-03-10", True),
        ("2026-03-10", "2026-03", False),  # the month is not within the day
        ("ne2026-03", "2026-03-10", False),
        ("ne2026-04", "2026-03-10", True),
        ("gt2026-03-09", "2026-03-10", True),
        ("gt2026-03-10", "2026-03-10", False),
        ("gt2026-03", "2026-03-10", False),
        ("ge2026-03-10", "2026-03-10", True),
        ("ge2026-03", "2026-03-10", True),
        ("ge2026-03-11", "2026-03-10", False),
        ("lt2026-03-11", "2026-03-10", True),
        ("lt2026-03-10", "2026-03-10", False),
        ("le2026-03-10", "2026-03-10", True),
        ("le2026-03-09", "2026-03-10", False),
        ("sa2026-03-09", "2026-03-10", True),
        ("sa2026-03", "2026-03-10", False),
        ("eb2026-03-11", "2026-03-10", True),
        ("eb2026-03-10", "2026-03-10", False),
        ("ap2026-03-01", "2026-03-01", True),
        ("ap2026-03-01", "2026-03-02", True),
        ("ap2026-03-01", "2026-03-10", False),
        ("gt2026-03-10T12:00:00Z", "2026-03-10T12:00:00.5Z", False),  # within that second
        ("gt2026-03-10T12:00:00Z", "2026-03-10T12:00:01Z", True),
        ("2026-03-10T12:00:00+01:00", "2026-03-10T11:00:00Z", True),
        ("2026-03-10T12:00:00 01:00", "2026-03-10T11:00:00Z", True),  # a plus sign that was not encoded
        ("2026-03-10T12:00", "2026-03-10T12:00:59Z", True),
        ("lt9999-12-31", "2026-03-10", True),
        ("ge9999", "9999-12-31", True),
        ("2026-12", "2026-12-31", True),
    ],
)
def test_a_date_is_found_by_prefix_and_precision(wanted: str, element: str, found: bool) -> None:
    assert span_matches(*read_wanted(wanted), read_span(element), NOW) is found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "26-03-10",
        "2026-13",
        "2026-02-30",
        "2026-03-10T25:00",
        "zz2026",
        "2026-3-1",
        "0000",
        "ge",
        "2026-03-10T",
        "2026-06-30T22:59:60Z",  # no day ends then
        "2026-06-30T23:59:60+02:00",
        "2026-06-30T23:59:61Z",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        read_wanted(text)


@pytest.mark.parametrize("leap", ["2016-12-31T23:59:60Z", "2017-01-01T08:59:60+09:00", "2016-12-31T23:59:60"])
def test_a_leap_second_is_the_second_before(leap: str) -> None:
    assert read_span(leap) == read_span("2016-12-31T23:59:59Z")
    assert read_span("2016-12-31T23:59:60.25Z") == read_span("2016-12-31T23:59:59.25Z")


def test_separators_can_be_escaped() -> None:
    assert split_unescaped(r"a\,b,c\\,d", ",") == [r"a\,b", r"c\\", "d"]
    assert [unescaped(each) for each in split_unescaped(r"a\,b,c\\,d", ",")] == ["a,b", "c\\", "d"]
    assert unescaped(escaped("a|b,c$d\\e")) == "a|b,c$d\\e"
