#!/usr/bin/env bash
set -euo pipefail

# Guess: from 20:00 on 31 January to 10:00 the next morning is "in 14 hours", or "tomorrow", which the README prefers; from 20 December to 18 January is "next month".
# Seen: npm duration-relativetimeformat 2.0.4 says "in 30 days" and "in 11 months": it subtracts the day of the month (1 - 31) and the number of the month (0 - 11), takes the amount, and so counts the
#   wrong way round wherever the larger unit turns over. 23:30 to 00:15 is "in 23 hours", 12:59:40 to 13:00:10 "in 59 minutes". In the middle of a month, a year, a day or an hour all are right.
# Cost: a reminder shown on the evening of the last of a month puts the next morning's appointment a month ahead.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error duration-relativetimeformat@2.0.4 >/dev/null
npm ls --depth=0

cat > try.cjs <<'JS'
"use strict";
const Duration = require("duration-relativetimeformat");
const format = new Duration("en");
const cases = [
  ["2026-01-15T20:00", "2026-01-16T10:00", "tomorrow", "tomorrow"], ["2026-01-31T20:00", "2026-02-01T10:00", "tomorrow", "in 30 days"],
  ["2025-12-20T12:00", "2026-01-18T12:00", "next month", "in 11 months"], ["2026-01-01T23:30", "2026-01-02T00:15", "in 1 hour", "in 23 hours"],
  ["2026-01-01T12:59:40", "2026-01-01T13:00:10", "in 1 minute", "in 59 minutes"],
];
let same = true;
for (const [from, to, expected, stated] of cases) {
  const seen = format.format(new Date(to), new Date(from));
  console.log(`${from} to ${to}: expected ${expected}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
TZ=UTC timeout 60 node try.cjs || { echo "The behaviour has changed."; exit 1; }
