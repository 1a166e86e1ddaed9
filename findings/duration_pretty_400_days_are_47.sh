#!/usr/bin/env bash
set -euo pipefail

# Guess: a unit that the format leaves out goes into the next one that is there: the README has 7380 seconds as "H:mm" 2:03, and 53 hours are "53" there. So 400 days as "D" are 400.
# Seen: npm duration-pretty 0.1.1 carries over one step only. Where two neighbouring units are left out, the larger one is added without being multiplied again: 400 days are 47 (12 for the year, 30 for a month,
#   5 days), 40 days as "HH:mm:ss" are 270:00:00 instead of 960:00:00, and a day and a half in minutes is 744 instead of 2160.
# Cost: the days since something began – sobriety, a medication – are right for a year, and fall from 364 to 12 on its anniversary.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error duration-pretty@0.1.1 >/dev/null
npm ls --depth=0

cat > try.cjs <<'JS'
"use strict";
const { duration } = require("duration-pretty");
const DAY = 86_400_000;
const cases = [
  [53 * 3_600_000, "HH:mm", "53:00", "53:00"], [364 * DAY, "D", "364", "364"], [365 * DAY, "D", "365", "12"], [400 * DAY, "D", "400", "47"],
  [40 * DAY, "HH:mm:ss", "960:00:00", "270:00:00"], [1.5 * DAY, "m", "2160", "744"],
];
let same = true;
for (const [length, format, expected, stated] of cases) {
  const seen = duration(length).format(format);
  console.log(`${length / DAY} days as "${format}": expected ${expected}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 60 node try.cjs || { echo "The behaviour has changed."; exit 1; }
