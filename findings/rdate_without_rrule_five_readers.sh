#!/usr/bin/env bash
set -euo pipefail

# Guess: an event with a start and two RDATEs and no RRULE has three occurrences: "The DTSTART property defines the first instance in
#   the recurrence set", and the set is made of DTSTART, RRULE, RDATE and EXDATE together (RFC 5545, 3.8.5.3).
# Seen: only recurring-ical-events 3.8.2 gives three. PyPI ical 14.3.1, vobject 0.9.9 and npm ical.js 2.2.1 leave the start out;
#   npm node-ical 0.26.1 leaves the RDATEs out (from a series with an RRULE, too). None says so.
# Cost: a course of three dates written by one calendar is two dates in three others and one date in a fourth.

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
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART:20260301T090000Z
RDATE:20260310T090000Z,20260312T090000Z
SUMMARY:Course
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
echo "expected of each: 03-01T09:00Z 03-10T09:00Z 03-12T09:00Z"
venv/bin/python -W ignore read.py event.ics > seen.txt
TZ=UTC node read.mjs event.ics >> seen.txt
cat seen.txt
diff <(printf '%s\n' "recurring-ical-events: 03-01T09:00Z 03-10T09:00Z 03-12T09:00Z" "ical: 03-10T09:00Z 03-12T09:00Z" "vobject: 03-10T09:00Z 03-12T09:00Z" "ical.js: 03-10T09:00Z 03-12T09:00Z" "node-ical: 03-01T09:00Z") seen.txt || { echo "The behaviour has changed."; exit 1; }
