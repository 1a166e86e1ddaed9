#!/usr/bin/env bash
set -euo pipefail

# Guess: FREQ=YEARLY;BYDAY=20MO is "every 20th Monday of the year", an example in RFC 5545, 3.8.5.3. The number may reach 53.
# Seen: npm ical.js 2.2.1 finds the 20th Monday as the start and then takes every Monday after it. With 8MO it is right, so a test
#   with a small number does not show it. recurring-ical-events 3.8.2 with icalendar 7.3.2 is right in both.
# Cost: as for any rule read too widely: a yearly event in every week, and its COUNT used up at once.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ical.js@2.2.1
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check icalendar==7.3.2 recurring-ical-events==3.8.2 tzdata==2026.6 2>/dev/null
cat > twentieth.ics <<'ICS'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//calendar//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART:20260518T090000Z
RRULE:FREQ=YEARLY;BYDAY=20MO;COUNT=3
SUMMARY:Audit
END:VEVENT
END:VCALENDAR
ICS
sed -i 's/$/\r/' twentieth.ics
cat > eighth.ics <<'ICS'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//calendar//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART:20260223T090000Z
RRULE:FREQ=YEARLY;BYDAY=8MO;COUNT=3
SUMMARY:Audit
END:VEVENT
END:VCALENDAR
ICS
sed -i 's/$/\r/' eighth.ics
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

js=$(node -e 'import("./dates.mjs").then(({ dates }) => console.log(dates("twentieth.ics")))')
eighth=$(node -e 'import("./dates.mjs").then(({ dates }) => console.log(dates("eighth.ics")))')
py=$(venv/bin/python -c 'from dates import dates; print(dates("twentieth.ics"))')
echo "ical.js, 20MO:               $js"
echo "recurring-ical-events, 20MO: $py"
echo "ical.js, 8MO:                $eighth"
[[ $js == "2026-05-18T09:00 2026-05-25T09:00 2026-06-01T09:00" && $py == "2026-05-18T09:00 2027-05-17T09:00 2028-05-15T09:00" && $eighth == "2026-02-23T09:00 2027-02-22T09:00 2028-02-21T09:00" ]] || { echo "The behaviour has changed."; exit 1; }
