#!/usr/bin/env bash
set -euo pipefail

# Guess: BYSETPOS picks from the occurrences of one interval of the rule, whatever its frequency (RFC 5545, 3.3.10).
# Seen: npm ical.js 2.2.1 obeys it for monthly and yearly rules and ignores it for weekly ones: "first and last of the week's four
#   times" gives all four. recurring-ical-events 3.8.2 with icalendar 7.3.2 gives two a week. Neither says anything.
# Cost: twice the appointments, and with COUNT the series ends after half its weeks.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ical.js@2.2.1
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check icalendar==7.3.2 recurring-ical-events==3.8.2 tzdata==2026.6 2>/dev/null
cat > weekly.ics <<'ICS'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//calendar//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART:20260105T090000Z
RRULE:FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=9,17;BYSETPOS=1,-1;COUNT=4
SUMMARY:Dose
END:VEVENT
END:VCALENDAR
ICS
sed -i 's/$/\r/' weekly.ics
cat > monthly.ics <<'ICS'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//calendar//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART:20260130T090000Z
RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3
SUMMARY:Report
END:VEVENT
END:VCALENDAR
ICS
sed -i 's/$/\r/' monthly.ics
cat > dates.mjs <<'JS'
import { readFileSync } from "node:fs";
import ICAL from "ical.js";
export const dates = (file, count = 6) => {
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(file, "utf8")));
  const iterator = new ICAL.Event(calendar.getFirstSubcomponent("vevent")).iterator();
  const found = [];
  for (let next; found.length < count && (next = iterator.next()); ) found.push(next.toString().slice(0, 16));
  return found.join(" ");
};
JS
cat > dates.py <<'PY'
import sys, recurring_ical_events
from icalendar import Calendar
def dates(name):
    with open(name, "rb") as file:
        found = recurring_ical_events.of(Calendar.from_ical(file.read())).between((2020, 1, 1), (2040, 1, 1))
    return " ".join(sorted(event["DTSTART"].dt.isoformat()[:16] for event in found))
PY
echo "ical.js $(node -p 'require("./node_modules/ical.js/package.json").version'), node $(node --version)"
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("icalendar", "recurring-ical-events")), sep=", ")'

js=$(node -e 'import("./dates.mjs").then(({ dates }) => console.log(dates("weekly.ics")))')
py=$(venv/bin/python -c 'from dates import dates; print(dates("weekly.ics"))')
monthly=$(node -e 'import("./dates.mjs").then(({ dates }) => console.log(dates("monthly.ics")))')
echo "ical.js, weekly:               $js"
echo "recurring-ical-events, weekly: $py"
echo "ical.js, monthly:              $monthly"
[[ $js == "2026-01-05T09:00 2026-01-05T17:00 2026-01-07T09:00 2026-01-07T17:00" && $py == "2026-01-05T09:00 2026-01-07T17:00 2026-01-12T09:00 2026-01-14T17:00" && $monthly == "2026-01-30T09:00 2026-02-27T09:00 2026-03-31T09:00" ]] || { echo "The behaviour has changed."; exit 1; }
