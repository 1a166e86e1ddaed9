#!/usr/bin/env bash
set -euo pipefail

# Guess: 02:30 in Berlin on 25 October 2026, which happens twice, is the first: "If the local time described occurs more than once
#   ... the DATE-TIME value refers to the first occurrence of the referenced time" (RFC 5545, 3.3.5). That is 00:30Z.
# Seen: npm ical.js 2.2.1 takes the second (01:30Z). npm node-ical 0.26.1 takes the second for a single event and the first when the
#   same moment is part of a series. icalendar 7.3.2 and PyPI ical 14.3.1 take the first.
# Cost: the shift or the dose of that night is an hour apart between two programs, and within node-ical between two events of one hour.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ical.js@2.2.1 node-ical@0.26.1
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check icalendar==7.3.2 ical==14.3.1 tzdata==2026.6 2>/dev/null
cat > single.ics <<'ICS'
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
sed -i 's/$/\r/' single.ics
cat > series.ics <<'ICS'
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
DTSTART;TZID=Europe/Berlin:20261024T023000
RRULE:FREQ=DAILY;COUNT=2
SUMMARY:Round
END:VEVENT
END:VCALENDAR
ICS
sed -i 's/$/\r/' series.ics
cat > read.py <<'PY'
import datetime as dt
from pathlib import Path
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar
text = Path("single.ics").read_bytes().decode()
show = lambda moment: moment.astimezone(dt.timezone.utc).strftime("%H:%MZ")
print("icalendar, single:", show(Calendar.from_ical(text).events[0].start))
print("ical, single:", show(IcsCalendarStream.calendar_from_ics(text).events[0].start))
PY
cat > read.mjs <<'JS'
import { readFileSync } from "node:fs";
import ICAL from "ical.js";
import nodeIcal from "node-ical";
const show = (date) => date.toISOString().slice(11, 16) + "Z";
const calendar = new ICAL.Component(ICAL.parse(readFileSync("single.ics", "utf8")));
ICAL.TimezoneService.register(new ICAL.Timezone(calendar.getFirstSubcomponent("vtimezone")));
console.log("ical.js, single:", show(new ICAL.Event(calendar.getFirstSubcomponent("vevent")).startDate.toJSDate()));
const event = (file) => Object.values(nodeIcal.sync.parseFile(file)).find((part) => part.type === "VEVENT");
console.log("node-ical, single:", show(event("single.ics").start));
console.log("node-ical, in a series:", show(nodeIcal.expandRecurringEvent(event("series.ics"), { from: new Date("2026-10-01"), to: new Date("2026-11-01") })[1].start));
JS
echo "ical.js $(node -p 'require("./node_modules/ical.js/package.json").version'), node-ical $(node -p 'require("./node_modules/node-ical/package.json").version'), node $(node --version)"
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("icalendar", "ical")), sep=", ")'
echo "expected of each: 00:30Z"
venv/bin/python -W ignore read.py > seen.txt
TZ=UTC node read.mjs >> seen.txt
cat seen.txt
diff <(printf '%s\n' "icalendar, single: 00:30Z" "ical, single: 00:30Z" "ical.js, single: 01:30Z" "node-ical, single: 01:30Z" "node-ical, in a series: 00:30Z") seen.txt || { echo "The behaviour has changed."; exit 1; }
