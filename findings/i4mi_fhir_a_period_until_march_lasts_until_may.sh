#!/usr/bin/env bash
set -euo pipefail

# Guess: isInPeriod() with an end of 2026-03 is true until the last of March, and false from 1 April on. FHIR says of Period.end that it is inclusive, as far as its precision goes, and the function's own remark says
#   "inclusive for whole month!".
# Seen: npm @i4mi/fhir_r4 2.1.5 compares the month of the end with the month of JavaScript, which counts from 0, less one: the period goes on through April and May, and ends in June. A whole date (2026-03-31) ends
#   when it should. So does a year.
# Cost: a goal, an address or an insurance that ended in March is shown as current for two more months, but only where somebody knew the month and not the day.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @i4mi/fhir_r4@2.1.5 >/dev/null
npm ls --depth=0
cat > try.cjs <<'JS'
const { isInPeriod } = require('@i4mi/fhir_r4');

let same = true;
for (const [end, day, expected, stated] of [
  ['2026-03', '2026-03-31T12:00:00', true, true],
  ['2026-03', '2026-04-01T12:00:00', false, true],
  ['2026-03', '2026-05-31T12:00:00', false, true],
  ['2026-03', '2026-06-01T12:00:00', false, false],
  ['2026-03-31', '2026-04-01T12:00:00', false, false],
]) {
  const seen = isInPeriod({ start: '2026-01', end }, new Date(day));
  console.log(`a period until ${end}, on ${day.slice(0, 10)}: expected ${expected}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.cjs || { echo "The behaviour has changed."; exit 1; }
