#!/usr/bin/env bash
set -euo pipefail

# Guess: P1DT1.5H is a day and an hour and a half, or is refused; the smallest part of a duration may have a fraction in ISO 8601, and the README says that it takes ISO 8601 durations.
# Seen: npm date-duration 2.0.0 takes whole numbers only, and where another part of the duration can be read it passes over the rest without a word: P1DT1.5H and P1DT12.5H are P1D. P1.5D alone is
#   refused, so that the mistake is seen just where nothing else stands beside it.
# Cost: a validity or a reminder ends up to a day early; toString() writes the shorter duration back into the data.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error date-duration@2.0.0 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import createDuration from "date-duration";

const start = new Date("2026-03-02T10:00:00Z");
let same = true;
for (const [text, expected, stated] of [["P1DT90M", "P1DT90M", "P1DT90M"], ["P1DT1.5H", "P1DT1.5H", "P1D"], ["P1DT12,5H", "P1DT12.5H", "P1D"], ["P1.5D", "P1.5D", "refused"]]) {
  let seen;
  try {
    const duration = createDuration(text);
    seen = duration.toString();
    console.log(`${text}: expected ${expected}, seen ${seen}; after ${start.toISOString()} it is ${duration.addTo(start).toISOString()}`);
  } catch (error) {
    seen = "refused";
    console.log(`${text}: ${error.message}`);
  }
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
TZ=UTC timeout 60 node try.mjs || { echo "The behaviour has changed."; exit 1; }
