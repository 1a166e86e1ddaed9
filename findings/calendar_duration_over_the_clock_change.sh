#!/usr/bin/env bash
set -euo pipefail

# Guess: DURATION:PT10H is ten hours and DURATION:P1D is "the same time tomorrow": RFC 5545, 3.3.6, lets days and weeks depend on the
#   calendar and says so of them alone. Over the night of 28 March 2026 in Berlin (23 hours) they differ.
# Seen: no reader gets both. icalendar 7.3.2, recurring-ical-events 3.8.2, PyPI ical 14.3.1 and npm ical.js 2.2.1 move the clock's hands
#   for both, so a ten-hour shift lasts nine. npm node-ical 0.26.1 counts seconds for both, so one day ends at 13:00.
# Cost: a shift, an infusion or a paid hour too few or too many, twice a year, and the two programs disagree about it.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ical.js@2.2.1 node-ical@0.26.1
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check icalendar==7.3.2 recurring-ical-events==3.8.2 ical==14.3.1 tzdata==2026.6 2>/dev/null
cat > shift.ics <<'ICS'
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
DTSTART;TZID=Europe/Berlin:20260328T220000
DURATION:PT10H
SUMMARY:Night shift
END:VEVENT
END:VCALENDAR
ICS
sed -i 's/$/\r/' shift.ics
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
cat > read.py <<'PY'
import datetime as dt
from pathlib import Path
import recurring_ical_events
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar
show = lambda moment: moment.astimezone(dt.timezone.utc).strftime("%H:%MZ")
text = {name: Path(f"{name}.ics").read_bytes().decode() for name in ("shift", "day")}
calendar = {name: Calendar.from_ical(value) for name, value in text.items()}
print("icalendar:", *(show(part.events[0].end) for part in calendar.values()))
print("recurring-ical-events:", *(show(recurring_ical_events.of(part).between((2026, 1, 1), (2027, 1, 1))[0]["DTEND"].dt) for part in calendar.values()))
print("ical:", *(show(IcsCalendarStream.calendar_from_ics(value).events[0].end) for value in text.values()))
PY
cat > read.mjs <<'JS'
import { readFileSync } from "node:fs";
import ICAL from "ical.js";
import nodeIcal from "node-ical";
const show = (date) => date.toISOString().slice(11, 16) + "Z";
const files = ["shift.ics", "day.ics"];
console.log("ical.js:", ...files.map((file) => {
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(file, "utf8")));
  ICAL.TimezoneService.register(new ICAL.Timezone(calendar.getFirstSubcomponent("vtimezone")));
  return show(new ICAL.Event(calendar.getFirstSubcomponent("vevent")).endDate.toJSDate());
}));
console.log("node-ical:", ...files.map((file) => show(Object.values(nodeIcal.sync.parseFile(file)).find((part) => part.type === "VEVENT").end)));
JS
echo "ical.js $(node -p 'require("./node_modules/ical.js/package.json").version'), node-ical $(node -p 'require("./node_modules/node-ical/package.json").version'), node $(node --version)"
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("icalendar", "recurring-ical-events", "ical")), sep=", ")'
echo "expected of each: 07:00Z for ten hours from 21:00Z, 10:00Z for noon of the next day"
venv/bin/python -W ignore read.py > seen.txt
TZ=UTC node read.mjs >> seen.txt
cat seen.txt
diff <(printf '%s\n' "icalendar: 06:00Z 10:00Z" "recurring-ical-events: 06:00Z 10:00Z" "ical: 06:00Z 10:00Z" "ical.js: 06:00Z 10:00Z" "node-ical: 07:00Z 11:00Z") seen.txt || { echo "The behaviour has changed."; exit 1; }
