#!/usr/bin/env bash
set -euo pipefail

# Guess: FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO is "Monday of week 20", once a year: it is an example in RFC 5545, 3.8.5.3.
# Seen: npm ical.js 2.2.1 leaves BYWEEKNO out: each Monday from the week after on, even the start itself is not among them.
#   recurring-ical-events 3.8.2 with icalendar 7.3.2 gives one Monday a year.
# Cost: a yearly appointment fills every week; with COUNT it is over within the same month.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ical.js@2.2.1
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check icalendar==7.3.2 recurring-ical-events==3.8.2 tzdata==2026.6 2>/dev/null
cat > week.ics <<'ICS'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//calendar//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART:20260511T090000Z
RRULE:FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3
SUMMARY:Audit
END:VEVENT
END:VCALENDAR
ICS
sed -i 's/$/\r/' week.ics
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

js=$(node -e 'import("./dates.mjs").then(({ dates }) => console.log(dates("week.ics")))')
py=$(venv/bin/python -c 'from dates import dates; print(dates("week.ics"))')
echo "ical.js:               $js"
echo "recurring-ical-events: $py"
[[ $js == "2026-05-18T09:00 2026-05-25T09:00 2026-06-01T09:00" && $py == "2026-05-11T09:00 2027-05-17T09:00 2028-05-15T09:00" ]] || { echo "The behaviour has changed."; exit 1; }
