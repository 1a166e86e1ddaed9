"""Reviews as an iCalendar feed (RFC 5545): whole days, opaque ids, nobody's words.

A goal has one review ahead at a time, so it is one event with one UID. SEQUENCE grows when it moves, and a review that
fell away stays for a while as CANCELLED: calendars that were told of it take it out. There is no METHOD: it makes of a
calendar to subscribe to a message to be scheduled by (RFC 5546), which some readers then file instead of showing it.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta

from projections.review_schedule.calendar import CalendarEntry

CONTENT_TYPE = "text/calendar; charset=utf-8"
EDITION = 1
"""A part of a feed's ETag, raised when an event is written otherwise: subscribers then get what they have anew."""
_HOURLY = timedelta(hours=1)
_EVENTS_AT_ONCE = 200
_LINE = 74
"""With the blank before what is carried over, a line has at most 75 octets (RFC 5545, 3.1)."""


def render_feed(entries: Sequence[CalendarEntry], name: str) -> Iterator[bytes]:
    """A feed of reviews, piece by piece: written out whole, a thousand of them are 240 KB.

    DTSTAMP is when a review was set on its day, or fell away, as in a calendar without METHOD (RFC 5545, 3.8.7.2). So
    the same reviews are the same bytes whenever they are asked for.

    Args:
        name: Whose reviews these are, in ids.
    """
    from icalendar import Calendar  # noqa: PLC0415 - a gateway that nobody asks for a calendar starts without it

    feed = Calendar()
    feed.add("prodid", "-//Cairn//Goal reviews//EN")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", f"Goal reviews {name}")
    feed.add("refresh-interval", _HOURLY, parameters={"VALUE": "DURATION"})  # RFC 7986, 5.7
    written: bytes = feed.to_ical()
    head, end, nothing = written.rpartition(b"END:VCALENDAR")
    yield head
    for first in range(0, len(entries), _EVENTS_AT_ONCE):
        yield "".join(_event(entry) for entry in entries[first : first + _EVENTS_AT_ONCE]).encode()
    yield end + nothing


def _event(entry: CalendarEntry) -> str:
    """As icalendar writes it, in a hundredth of the time. All that is filled in are tokens and numbers, which need no
    escaping, and of which two may make a line too long. A whole day lasts a day without the word (RFC 5545, 3.6.1), but
    not every reader knows (docs/compatibility.md).
    """
    org, patient, goal, due_on, sequence, called_off, revised_at = entry
    goal_id = f"{org}.{patient}.{goal}"
    return (
        "BEGIN:VEVENT\r\n"
        "SUMMARY:Goal review\r\n"
        f"DTSTART;VALUE=DATE:{due_on:%Y%m%d}\r\n"
        "DURATION:P1D\r\n"
        f"DTSTAMP:{revised_at.astimezone(UTC):%Y%m%dT%H%M%SZ}\r\n"
        f"{_line('UID', f'{goal_id}.review@cairn')}\r\n"
        f"SEQUENCE:{sequence}\r\n"
        "CLASS:PRIVATE\r\n"
        f"{_line('DESCRIPTION', goal_id)}\r\n"
        f"STATUS:{'CANCELLED' if called_off else 'CONFIRMED'}\r\n"
        "TRANSP:TRANSPARENT\r\n"
        "END:VEVENT\r\n"
    )


def _line(name: str, value: str) -> str:
    line = f"{name}:{value}"
    return "\r\n ".join(line[first : first + _LINE] for first in range(0, len(line), _LINE))
