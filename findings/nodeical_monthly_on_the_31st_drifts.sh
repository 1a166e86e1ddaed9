#!/usr/bin/env bash
set -euo pipefail

# Guess: "monthly from 31 January" comes on the 31st of the months that have one. RFC 5545, 3.3.10: an instance with an invalid date
#   "MUST be ignored and MUST NOT be counted as part of the recurrence set".
# Seen: npm node-ical 0.26.1 moves it to 28 February and stays there: 31 January, 28 February, 28 March, 28 April. A yearly event
#   of 29 February comes on 28 February in the years between. With BYMONTHDAY=31 written out, the dates are right.
# Cost: monthly deadlines slide three days early for ever after the first February; calendars that share the file disagree.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund node-ical@0.26.1
cat > monthly.ics <<'ICS'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//calendar//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART:20260131T090000Z
RRULE:FREQ=MONTHLY;COUNT=4
SUMMARY:Report
END:VEVENT
END:VCALENDAR
ICS
sed -i 's/$/\r/' monthly.ics
cat > written_out.ics <<'ICS'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//calendar//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART:20260131T090000Z
RRULE:FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4
SUMMARY:Report
END:VEVENT
END:VCALENDAR
ICS
sed -i 's/$/\r/' written_out.ics
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
cat > try.mjs <<'JS'
import ical from "node-ical";
const days = (file) => {
  const event = Object.values(ical.sync.parseFile(file)).find((part) => part.type === "VEVENT");
  return ical.expandRecurringEvent(event, { from: new Date("2024-01-01"), to: new Date("2040-01-01") }).map(({ start }) => start.toISOString().slice(0, 10)).join(" ");
};
const seen = { monthly: days("monthly.ics"), written_out: days("written_out.ics"), yearly: days("yearly.ics") };
console.log("monthly from 31 January: expected 2026-01-31 2026-03-31 2026-05-31 2026-07-31\n                         seen     " + seen.monthly);
console.log("with BYMONTHDAY=31:      seen     " + seen.written_out);
console.log("yearly from 29 February: expected 2024-02-29 2028-02-29 2032-02-29\n                         seen     " + seen.yearly);
process.exit(seen.monthly === "2026-01-31 2026-02-28 2026-03-28 2026-04-28" && seen.yearly === "2024-02-29 2025-02-28 2026-02-28" && seen.written_out === "2026-01-31 2026-03-31 2026-05-31 2026-07-31" ? 0 : 1);
JS
echo "node-ical $(node -p 'require("./node_modules/node-ical/package.json").version'), node $(node --version)"
TZ=UTC node try.mjs || { echo "The behaviour has changed."; exit 1; }
