#!/usr/bin/env bash
set -euo pipefail

# Guess: 90 minutes as "h:mm" are 1:30, and so -90 are -1:30. Rounded, 119.5 minutes are 2:00: the README has rounding as an option of format().
# Seen: npm format-duration-time 1.5.4 says -2:30: it rounds the hours of a negative time down, and writes the minutes that are over without a sign, so that -61 minutes are -2:59. With roundType "round", the
#   last unit is rounded and carried nowhere: 119.5 minutes are 1:60, and 59.7 minutes 0:60.
# Cost: an appointment that was an hour and a half ago was two and a half ago; times that no clock shows stand in a report.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error format-duration-time@1.5.4 >/dev/null
npm ls --depth=0

cat > try.cjs <<'JS'
"use strict";
const duration = require("format-duration-time").default;
const round = { roundType: "round" };
const cases = [
  [90, {}, "1:30", "1:30"], [-60, {}, "-1:00", "-1:00"], [-61, {}, "-1:01", "-2:59"], [-90, {}, "-1:30", "-2:30"],
  [119.5, round, "2:00", "1:60"], [59.7, round, "1:00", "0:60"],
];
let same = true;
for (const [minutes, options, expected, stated] of cases) {
  const seen = duration(minutes, "m").format("h:mm", options);
  console.log(`${minutes} minutes ${JSON.stringify(options)}: expected ${expected}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 60 node try.cjs || { echo "The behaviour has changed."; exit 1; }
