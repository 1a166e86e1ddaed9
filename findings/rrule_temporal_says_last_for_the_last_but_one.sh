#!/usr/bin/env bash
set -euo pipefail

# Guess: the text for BYMONTHDAY=-2 says the last day but one, as the dates of the same rule are; that for a series at 9:30 in New York names a time that holds for all
#   of its dates.
# Seen: toText() of npm rrule-temporal 2.2.8 says "on the last day of the month" for -1, -2 and -10 alike, and "9:30 AM EST" for a series that is in EDT for most of the
#   year (its start was in January).
# Cost: the sentence that a person confirms is another appointment than the one that is booked, a day or an hour off.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error rrule-temporal@2.2.8 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { RRuleTemporal } from "rrule-temporal";
import { toText } from "rrule-temporal/totext";

const rule = (day) => new RRuleTemporal({ rruleString: `DTSTART;TZID=America/New_York:20260105T093000\nRRULE:FREQ=MONTHLY;BYMONTHDAY=${day};COUNT=7` });
const texts = [-1, -2, -10].map((day) => toText(rule(day)));
const dates = [-1, -2, -10].map((day) => rule(day).all()[0].toString().slice(0, 10));
const summer = rule(-1).all()[6].toString();
texts.forEach((text, at) => console.log(`first date ${dates[at]}: ${text}`));
console.log("the seventh date:", summer);
const last = texts.every((text) => text.includes("on the last day of the month at 9:30 AM EST"));
process.exit(last && dates.join() === "2026-01-31,2026-01-30,2026-01-22" && summer.includes("09:30:00-04:00") ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
