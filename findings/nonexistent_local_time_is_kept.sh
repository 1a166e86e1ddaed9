#!/usr/bin/env bash
set -euo pipefail

# Guess: a daily event at 02:30 in Berlin does not take place on 29 March 2026, when there is no 02:30. RFC 5545, 3.3.10: an instance
#   with a nonexistent local time "MUST be ignored and MUST NOT be counted as part of the recurrence set".
# Seen: none of five readers ignores it, and they do not agree when it is: recurring-ical-events 3.8.2, PyPI ical 14.3.1 and
#   node-ical 0.26.1 say 01:30Z (03:30 local), vobject 0.9.9 and ical.js 2.2.1 say 00:30Z (01:30 local). With COUNT=4 the
#   series therefore ends a day early as well.
# Cost: two calendars of one appointment are two hours apart that night, and the last day of a counted series is missing.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ical.js@2.2.1 node-ical@0.26.1
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check icalendar==7.3.2 recurring-ical-events==3.8.2 ical==14.3.1 vobject==0.9.9 tzdata==2026.6 2>/dev/null
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
DTSTART;TZID=Europe/Berlin:20260328T023000
RRULE:FREQ=DAILY;COUNT=4
SUMMARY:Round
END:VEVENT
END:VCALENDAR
ICS
sed -i 's/$/\r/' event.ics
cat > read.py <<'PY'
import datetime as dt, sys
from pathlib import Path
import recurring_ical_events, vobject
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar
text = Path(sys.argv[1]).read_bytes().decode()
def show(start, end=None):
    utc = [moment.astimezone(dt.timezone.utc).strftime("%m-%dT%H:%MZ") for moment in (start, end) if moment is not None]
    return "/".join(utc)
found = recurring_ical_events.of(Calendar.from_ical(text)).between((2020, 1, 1), (2040, 1, 1))
print("recurring-ical-events:", *sorted(show(event["DTSTART"].dt) for event in found))
print("ical:", *(show(event.start) for event in IcsCalendarStream.calendar_from_ics(text).timeline))
print("vobject:", *(show(start) for start in vobject.readOne(text).vevent.rruleset or ()))
PY
cat > read.mjs <<'JS'
import { readFileSync } from "node:fs";
import ICAL from "ical.js";
import nodeIcal from "node-ical";
const text = readFileSync(process.argv[2], "utf8");
const show = (date) => date.toISOString().slice(5, 16) + "Z";
const calendar = new ICAL.Component(ICAL.parse(text));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(new ICAL.Timezone(zone));
const [first, ...rest] = calendar.getAllSubcomponents("vevent");
const event = new ICAL.Event(first);
rest.forEach((exception) => event.relateException(exception));
const starts = [], iterator = event.iterator();
for (let next; starts.length < 10 && (next = iterator.next()); ) starts.push(show(event.getOccurrenceDetails(next).startDate.toJSDate()));
console.log("ical.js:", ...starts);
const main = Object.values(nodeIcal.sync.parseICS(text)).find((part) => part.type === "VEVENT");
console.log("node-ical:", ...nodeIcal.expandRecurringEvent(main, { from: new Date("2020-01-01"), to: new Date("2030-01-01") }).map(({ start }) => show(start)));
JS
echo "ical.js $(node -p 'require("./node_modules/ical.js/package.json").version'), node-ical $(node -p 'require("./node_modules/node-ical/package.json").version'), node $(node --version)"
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("icalendar", "recurring-ical-events", "ical", "vobject")), sep=", ")'
echo "expected of each: 03-28T01:30Z 03-30T00:30Z 03-31T00:30Z 04-01T00:30Z"
venv/bin/python -W ignore read.py event.ics > seen.txt
TZ=UTC node read.mjs event.ics >> seen.txt
cat seen.txt
for reader in recurring-ical-events ical node-ical; do grep -q "^$reader: 03-28T01:30Z 03-29T01:30Z " seen.txt || { echo "The behaviour has changed."; exit 1; }; done
for reader in vobject ical.js; do grep -q "^$reader: 03-28T01:30Z 03-29T00:30Z " seen.txt || { echo "The behaviour has changed."; exit 1; }; done
if grep -q 04-01 seen.txt; then echo "The behaviour has changed."; exit 1; fi
