#!/usr/bin/env bash
set -euo pipefail

# Guess: parse("100:30:00") is a hundred and a half hours, or is refused. stringify() writes it in this very form, with as many digits as the hours have.
# Seen: npm duration-timestamp 2.26.0 looks for two digits at most and takes what it finds within: half an hour. "120m" is 20 minutes, "1h 150m" one hour, without an error. The other way, make({ total: 90 })
#   throws, because it takes 90 seconds for minutes and then finds that the sum is wrong; make({ seconds: 90 }) works.
# Cost: totals (hours of treatment, minutes of walking a week) come back smaller than they were written, and only when there were many.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error duration-timestamp@2.26.0 >/dev/null
npm ls --depth=0

cat > try.cjs <<'JS'
"use strict";
const { Format, make, parse, stringify } = require("duration-timestamp");
const total = make({ hours: 100, minutes: 30 });
const written = stringify(total, Format.Numeric);
console.log(`${total.total} seconds are written as ${written}`);
let same = written === "100:30:00";
for (const [text, expected, stated] of [[written, total.total, 1800], ["120m", 7200, 1200], ["1h 150m", 12_600, 3600], ["90s", 90, 90]]) {
  const seen = parse(text).total;
  console.log(`${text}: expected ${expected} seconds or an error, seen ${seen}`);
  same &&= seen === stated;
}
let error = "none";
try {
  make({ total: 90 });
} catch (problem) {
  error = problem.message;
}
console.log(`make({ total: 90 }): expected 1 minute 30, seen ${error}`);
process.exit(same && error === "timestamp total did not match the sum" && make({ seconds: 90 }).minutes === 1 ? 0 : 1);
JS
timeout 60 node try.cjs || { echo "The behaviour has changed."; exit 1; }
