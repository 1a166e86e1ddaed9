#!/usr/bin/env bash
set -euo pipefail
# Guess: 6 mg at 2 mg/h last 3 h: a quotient's unit is the quotient of the units. In UCUM "/" binds from left to
#   right and applies to one term only; the library offers "full dimensional analysis".
# What happens: @atomic-ehr/ucum 0.2.5 writes the two units side by side: "mg/mg/h", which is "1 per hour", and
#   for the square of "m/s" the text "m/s2", an acceleration. The number is right, and the library itself then
#   refuses to convert the result to hours. "mg" by "mL" is right.
# Cost: a duration is stored as a rate. Whoever reads value and unit later has a quantity that was never meant.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @atomic-ehr/ucum@0.2.5
npm ls --depth=0

cat > check.mjs <<'JS'
import { ucum } from '@atomic-ehr/ucum';

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}
function as(quantity, unit) {
  return ucum.isConvertible(quantity.unit, unit) ? `, which is ${ucum.convert(quantity.value, quantity.unit, unit)} ${unit}` : `, which is not convertible to ${unit}`;
}
const q = (value, unit) => ucum.quantity(value, unit);

for (const [what, quantity, unit, expected, stated] of [
  ['6 mg / 2 mL', ucum.divide(q(6, 'mg'), q(2, 'mL')), 'mg/mL', '3 mg/mL', '3 mg/mL, which is 3 mg/mL'],
  ['6 mg / 2 mg/h', ucum.divide(q(6, 'mg'), q(2, 'mg/h')), 'h', '3 h', '3 mg/mg/h, which is not convertible to h'],
  ['the same', ucum.divide(q(6, 'mg'), q(2, 'mg/h')), '/h', 'not convertible to /h', '3 mg/mg/h, which is 3 /h'],
  ['(2 m/s) squared', ucum.pow(q(2, 'm/s'), 2), 'm2/s2', '4 m2/s2', '4 m/s2, which is not convertible to m2/s2'],
]) {
  look(what, expected, stated, `${quantity.value} ${quantity.unit}${as(quantity, unit)}`);
}

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
