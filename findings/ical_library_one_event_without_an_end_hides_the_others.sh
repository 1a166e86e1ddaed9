#!/usr/bin/env bash
set -euo pipefail

# Guess: an event needs no end: without DTEND and DURATION it lasts one day if it starts on a date, and ends when it starts otherwise (RFC 5545, 3.6.1). A text is read as it was meant: "Talk\, tea" is "Talk, tea" (3.3.11).
# Seen: PyPI ical-library 0.2.3 reads such a calendar, and its timeline then raises AttributeError ('NoneType' object has no attribute 'intersects') instead of listing anything, the other events included. With a
#   DURATION on each all are listed; the summary keeps its backslash.
# Cost: one all-day reminder in a calendar, and none of the appointments beside it are there.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check ical-library==0.2.3 pendulum==2.1.2 2>/dev/null
cat > try.py <<'PY'
import sys
from importlib.metadata import version

import pendulum
from ical_library import client

print("ical-library", version("ical-library"), "pendulum", version("pendulum"))
TALK = "BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\nDTSTART:20260302T090000Z\nDTEND:20260302T100000Z\nSUMMARY:Talk\\, tea\nEND:VEVENT\n"
DAY = "BEGIN:VEVENT\nUID:2\nDTSTAMP:20260101T000000Z\nDTSTART;VALUE=DATE:20260303\n{}SUMMARY:Birthday\nEND:VEVENT\n"


def listed(events):
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//example//calendar//EN\n{events}END:VCALENDAR\n"
    with open("calendar.ics", "w", newline="") as file:
        file.write(text.replace("\n", "\r\n"))
    timeline = client.parse_icalendar_file("calendar.ics").get_limited_timeline(pendulum.datetime(2026, 1, 1), pendulum.datetime(2027, 1, 1))
    try:
        return [event.summary.value for _, event in timeline.iterate()]
    except AttributeError as error:
        return str(error)


whole = listed(TALK + DAY.format("DURATION:P1D\n"))
seen = listed(TALK + DAY.format(""))
print(f"each with an end: expected ['Talk, tea', 'Birthday'], seen {whole}")
print(f"the day without: expected ['Talk, tea', 'Birthday'], seen {seen}")
sys.exit(whole != ["Talk\\, tea", "Birthday"] or seen != "'NoneType' object has no attribute 'intersects'")
PY
timeout 60 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
