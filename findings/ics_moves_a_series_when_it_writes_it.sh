#!/usr/bin/env bash
set -euo pipefail

# Guess: reading a calendar and writing it again gives the same appointments.
# Seen: PyPI ics 0.7.3 writes every start in UTC and keeps the RRULE as it found it: weekly at 09:00 in Berlin from 2 March 2026 becomes
#   weekly at 08:00 UTC, which is 10:00 in Berlin from 30 March on. icalendar 7.3.2 keeps the zone.
# Cost: a tool that only adds a category or an alarm moves all later instances of every series by an hour for half of the year.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check ics==0.7.3 icalendar==7.3.2 recurring-ical-events==3.8.2 tzdata==2026.6 2>/dev/null
cat > event.ics <<'ICS'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//calendar//EN
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20260302T090000
DURATION:PT1H
RRULE:FREQ=WEEKLY;COUNT=6
SUMMARY:Group
END:VEVENT
END:VCALENDAR
ICS
sed -i 's/$/\r/' event.ics
cat > try.py <<'PY'
import sys
from pathlib import Path
from zoneinfo import ZoneInfo
import ics, recurring_ical_events
from icalendar import Calendar
def hours(text):
    events = recurring_ical_events.of(Calendar.from_ical(text)).between((2026, 1, 1), (2027, 1, 1))
    return [event["DTSTART"].dt.astimezone(ZoneInfo("Europe/Berlin")).strftime("%d %b %H:%M") for event in sorted(events, key=lambda event: event["DTSTART"].dt)]
text = Path("event.ics").read_bytes().decode()
written = ics.Calendar(text).serialize().replace("CALSCALE:GEORGIAN\r\n", "")  # a finding of its own
before, after, other = hours(text), hours(written), hours(Calendar.from_ical(text).to_ical())
print("as read:             ", before)
print("written by ics:      ", after)
print("written by icalendar:", other)
print([line for line in written.splitlines() if line.startswith(("DTSTART", "RRULE"))])
sys.exit(0 if before == other and before[:4] == after[:4] and [hour[-5:] for hour in after[4:]] == ["10:00", "10:00"] else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("ics", "icalendar")), sep=", ")'
venv/bin/python -W ignore try.py || { echo "The behaviour has changed."; exit 1; }
