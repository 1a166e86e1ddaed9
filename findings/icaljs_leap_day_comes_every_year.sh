#!/usr/bin/env bash
set -euo pipefail

# Guess: a yearly all-day event of 29 February comes in leap years only (RFC 5545, 3.3.10: an instance with an invalid date MUST
#   be ignored and MUST NOT be counted).
# Seen: npm ical.js 2.2.1 (Thunderbird's parser) gives 1 March in the other years, and counts those. recurring-ical-events 3.8.2
#   with icalendar 7.3.2 gives 2024, 2028, 2032. Monthly on the 31st is right in ical.js: only the yearly rule rolls over.
# Cost: the same file shows events on three days that another calendar does not have, and COUNT or UNTIL end elsewhere.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ical.js@2.2.1
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check icalendar==7.3.2 recurring-ical-events==3.8.2 tzdata==2026.6 2>/dev/null
cat > yearly.ics <<'ICS'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//calendar//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:20240229
RRULE:FREQ=YEARLY;COUNT=3
SUMMARY:Day
END:VEVENT
END:VCALENDAR
ICS
sed -i 's/$/\r/' yearly.ics
cat > monthly.ics <<'ICS'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//calendar//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART:20260131T090000Z
RRULE:FREQ=MONTHLY;COUNT=3
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

js=$(node -e 'import("./dates.mjs").then(({ dates }) => console.log(dates("yearly.ics")))')
py=$(venv/bin/python -c 'from dates import dates; print(dates("yearly.ics"))')
monthly=$(node -e 'import("./dates.mjs").then(({ dates }) => console.log(dates("monthly.ics")))')
echo "ical.js:               $js"
echo "recurring-ical-events: $py"
echo "ical.js, monthly on the 31st: $monthly"
[[ $js == "2024-02-29 2025-03-01 2026-03-01" && $py == "2024-02-29 2028-02-29 2032-02-29" && $monthly == "2026-01-31T09:00 2026-03-31T09:00 2026-05-31T09:00" ]] || { echo "The behaviour has changed."; exit 1; }
