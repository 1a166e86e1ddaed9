"""Reviews as an iCalendar feed (RFC 5545): whole days, opaque ids, nobody's words.

A goal has one review ahead at a time, so it is one event with one UID. SEQUENCE grows when it moves, and a review that
fell away stays for a while as CANCELLED: calendars that were told of it take it out. There is no METHOD: it makes of a
calendar to subscribe to a message to be scheduled by (RFC 5546), which some readers then file instead of showing it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from projections.review_schedule.calendar import CalendarEntry

CONTENT_TYPE = "text/calendar; charset=utf-8"
_HOURLY = timedelta(hours=1)


def render_feed(entries: Iterable[CalendarEntry], name: str, now: datetime) -> bytes:
    """A feed of reviews.

    Args:
        name: Whose reviews these are, in ids.
        now: When the feed is made (DTSTAMP; RFC 5545, 3.8.7.2).
    """
    feed = Calendar()
    feed.add("prodid", "-//Cairn//Goal reviews//EN")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", f"Goal reviews {name}")
    feed.add("refresh-interval", _HOURLY, parameters={"VALUE": "DURATION"})  # RFC 7986, 5.7
    for entry in entries:
        feed.add_component(_event(entry, now))
    written: bytes = feed.to_ical()
    return written


def _event(entry: CalendarEntry, now: datetime) -> Event:
    goal_id = f"{entry.org}.{entry.patient}.{entry.goal}"
    event = Event()
    event.add("uid", f"{goal_id}.review@cairn")
    event.add("dtstamp", now)
    event.add("dtstart", entry.due_on)
    event.add("sequence", entry.sequence)
    event.add("summary", "Goal review")
    event.add("description", goal_id)
    event.add("status", "CANCELLED" if entry.called_off else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event
