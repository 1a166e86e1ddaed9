"""The feed of reviews as RFC 5545 has it, read back by an independent reader's rules and by icalendar."""

from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import blake2b
from typing import Any

import pytest
from icalendar import Calendar

from projections.review_schedule.calendar import CalendarEntry
from services.gateway.ics import EDITION, render_feed

REVISED = datetime(2026, 3, 2, 12, 0, 5, 700_000, tzinfo=UTC)
LONG = "x" * 64


def entry(
    goal: str = "walk",
    *,
    org: str = "northside",
    sequence: int = 1,
    called_off: bool = False,
    revised_at: datetime = REVISED,
) -> CalendarEntry:
    return CalendarEntry(org, "pt-1", goal, date(2026, 3, 16), sequence, called_off, revised_at)


def rendered(*entries: CalendarEntry) -> bytes:
    return b"".join(render_feed(entries, "northside"))


def events(feed: bytes) -> list[Any]:  # Any: components have no types of their own
    calendar = Calendar.from_ical(feed)
    assert calendar.errors == []
    assert all(event.errors == [] for event in calendar.walk())
    return list(calendar.walk("VEVENT"))


def test_a_review_is_an_all_day_event_by_opaque_ids() -> None:
    (event,) = events(rendered(entry()))
    assert event["dtstart"].dt == date(2026, 3, 16)
    assert b"DTSTART;VALUE=DATE:20260316\r\n" in rendered(entry())
    assert event["duration"].dt == timedelta(days=1)
    assert str(event["uid"]) == "northside.pt-1.walk.review@cairn"
    assert str(event["summary"]) == "Goal review"
    assert str(event["description"]) == "northside.pt-1.walk"
    assert (str(event["status"]), str(event["transp"]), str(event["class"])) == ("CONFIRMED", "TRANSPARENT", "PRIVATE")


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=9))])
def test_a_review_bears_the_second_in_utc_at_which_it_was_last_revised(zone: timezone) -> None:
    (event,) = events(rendered(entry(revised_at=REVISED.astimezone(zone))))
    assert event["dtstamp"].dt == REVISED.replace(microsecond=0)


def test_a_review_that_moved_keeps_its_uid_and_has_a_higher_sequence() -> None:
    before, after = (events(rendered(entry(sequence=sequence)))[0] for sequence in (1, 4))
    assert before["uid"] == after["uid"]
    assert (before["sequence"], after["sequence"]) == (1, 4)


def test_a_review_that_fell_away_is_cancelled() -> None:
    (event,) = events(rendered(entry(called_off=True)))
    assert str(event["status"]) == "CANCELLED"


@pytest.mark.parametrize("entries", [[], [entry()], [entry(LONG, org=LONG), entry("b", org="ü")]])
def test_a_feed_is_a_calendar_to_subscribe_to_and_no_message_to_schedule_by(entries: list[CalendarEntry]) -> None:
    calendar = Calendar.from_ical(rendered(*entries))
    assert str(calendar["version"]) == "2.0"
    assert "method" not in calendar
    assert calendar["prodid"]
    assert len(calendar.walk("VEVENT")) == len(entries)


def test_lines_end_in_crlf_and_are_folded_at_75_octets() -> None:
    feed = rendered(entry(LONG, org=LONG))
    assert feed.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in feed.replace(b"\r\n", b"")
    lines = feed.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert any(line.startswith(b" ") for line in lines)
    assert str(events(feed)[0]["uid"]) == f"{LONG}.pt-1.{LONG}.review@cairn"


@pytest.mark.parametrize("called_off", [False, True])
@pytest.mark.parametrize("goal", ["walk", *("g" * length for length in range(40, 65))])
def test_an_event_is_written_as_icalendar_writes_it(goal: str, called_off: bool) -> None:
    feed = rendered(entry(goal, called_off=called_off))
    assert events(feed)[0].to_ical() == feed[feed.index(b"BEGIN:VEVENT") : feed.index(b"END:VCALENDAR")]


def test_what_is_written_otherwise_is_another_edition() -> None:
    written = blake2b(rendered(entry(), entry(LONG, called_off=True)), digest_size=8).hexdigest()
    assert (EDITION, written) == (1, "ebd513af04fcbacb"), (
        "raise EDITION: subscribers keep what they have while it stays"
    )


def test_a_feed_is_written_piece_by_piece() -> None:
    pieces = list(render_feed([entry(f"g{number}") for number in range(1000)], "northside"))
    assert len(pieces) > 5
    assert len(events(b"".join(pieces))) == 1000
