#!/usr/bin/env bash
set -euo pipefail

# Guess: a calendar without CALSCALE is written without it, or with the default GREGORIAN (RFC 5545, 3.7.1).
# Seen: PyPI ics 0.7.3 writes CALSCALE:GEORGIAN into what it has read. recurring-ical-events 3.8.2 refuses such a file ("Only Gregorian
#   calendars are supported"), PyPI ical 14.3.1 and icalendar 7.3.2 take it and hand the value on.
# Cost: files that went through one tool are refused by the next, and the cause, two letters, is hard to see.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check ics==0.7.3 icalendar==7.3.2 recurring-ical-events==3.8.2 ical==14.3.1 2>/dev/null
cat > event.ics <<'ICS'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//calendar//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART:20260302T090000Z
DURATION:PT15M
SUMMARY:Dose
END:VEVENT
END:VCALENDAR
ICS
sed -i 's/$/\r/' event.ics
cat > try.py <<'PY'
import sys
from pathlib import Path
import ics, recurring_ical_events
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar
text = Path("event.ics").read_bytes().decode()
written = ics.Calendar(text).serialize()
scale = [line for line in written.splitlines() if line.startswith("CALSCALE")]
print("read:", "CALSCALE" in text, "- written:", scale)
try:
    recurring_ical_events.of(Calendar.from_ical(written))
    refused = ""
except ValueError as error:
    refused = str(error)
print("recurring-ical-events:", refused or "reads it")
print("ical:", IcsCalendarStream.calendar_from_ics(written).calscale)
sys.exit(0 if scale == ["CALSCALE:GEORGIAN"] and "Gregorian" in refused else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("ics", "recurring-ical-events", "ical")), sep=", ")'
venv/bin/python -W ignore try.py || { echo "The behaviour has changed."; exit 1; }
