#!/usr/bin/env bash
set -euo pipefail

# Guess: importing a second calendar library does not change what the first one computes.
# Seen: import icalevents (0.3.1) calls icalendar.use_pytz() for the whole process. From then on icalendar 7.3.2 reads an ambiguous
#   local time as the second instead of the first, and an event of one day over the change of the clocks ends an hour later.
# Cost: the result depends on the order of imports: right in the tests of one module, an hour off in the service that imports both.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check icalendar==7.3.2 icalevents==0.3.1 tzdata==2026.6 2>/dev/null
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
DTSTART;TZID=Europe/Berlin:20261025T023000
SUMMARY:Round
END:VEVENT
END:VCALENDAR
ICS
sed -i 's/$/\r/' event.ics
cat > day.ics <<'ICS'
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
DTSTART;TZID=Europe/Berlin:20260328T120000
DURATION:P1D
SUMMARY:On call
END:VEVENT
END:VCALENDAR
ICS
sed -i 's/$/\r/' day.ics
cat > try.py <<'PY'
import datetime as dt, sys
from pathlib import Path
from icalendar import Calendar
def read():
    event, day = (Calendar.from_ical(Path(name).read_bytes()).events[0] for name in ("event.ics", "day.ics"))
    return [moment.astimezone(dt.timezone.utc).isoformat() for moment in (event.start, day.end)]
before = read()
import icalevents.icalevents
after = read()
print("before the import:", *before)
print("after it:         ", *after)
sys.exit(0 if before == ["2026-10-25T00:30:00+00:00", "2026-03-29T10:00:00+00:00"] and after == ["2026-10-25T01:30:00+00:00", "2026-03-29T11:00:00+00:00"] else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("icalendar", "icalevents")), sep=", ")'
venv/bin/python -W ignore try.py || { echo "The behaviour has changed."; exit 1; }
