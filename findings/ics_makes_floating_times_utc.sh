#!/usr/bin/env bash
set -euo pipefail

# Guess: a time without zone and without Z ("floating", RFC 5545, 3.3.5, form 1) means that hour wherever the reader is: a dose at 09:00
#   is at 09:00 on a journey too. A library keeps it so, or says that it cannot.
# Seen: PyPI ics 0.7.3 reads it as UTC and writes it with Z. icalendar 7.3.2, vobject 0.9.9 and PyPI ical 14.3.1 keep it floating.
# Cost: after one pass through a tool, 09:00 has become 10:00 or 11:00 in Berlin and 03:00 in Chicago.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check ics==0.7.3 icalendar==7.3.2 vobject==0.9.9 ical==14.3.1 2>/dev/null
cat > event.ics <<'ICS'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//calendar//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART:20260302T090000
DURATION:PT15M
SUMMARY:Dose
END:VEVENT
END:VCALENDAR
ICS
sed -i 's/$/\r/' event.ics
cat > try.py <<'PY'
import sys
from pathlib import Path
import ics, vobject
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar
text = Path("event.ics").read_bytes().decode()
written = {
    "ics": ics.Calendar(text).serialize(),
    "icalendar": Calendar.from_ical(text).to_ical().decode(),
    "vobject": vobject.readOne(text).serialize(),
    "ical": IcsCalendarStream.calendar_to_ics(IcsCalendarStream.calendar_from_ics(text)),
}
seen = {name: next(line for line in value.splitlines() if line.startswith("DTSTART")) for name, value in written.items()}
for name, line in seen.items():
    print(f"{name}: {line}")
sys.exit(0 if seen["ics"] == "DTSTART:20260302T090000Z" and seen["icalendar"] == seen["vobject"] == seen["ical"] == "DTSTART:20260302T090000" else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("ics", "icalendar", "vobject", "ical")), sep=", ")'
venv/bin/python -W ignore try.py || { echo "The behaviour has changed."; exit 1; }
