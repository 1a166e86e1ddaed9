#!/usr/bin/env bash
set -euo pipefail
# Guess: formatObservationValue shows any value[x]: a total score is usually valueInteger (PHQ-9, attainment
#   level), a yes or no valueBoolean.
# What happens: @medplum/core 5.2.13 gives the empty string for valueInteger, valueBoolean, valueDateTime,
#   valueTime, valuePeriod, valueRange and valueRatio; Quantity, string and CodeableConcept are shown.
# Cost: a list of results has an empty cell where the score is, which reads as 'not done'.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @medplum/core@5.2.13
npm ls --depth=0

cat > check.mjs <<'JS'
globalThis.WebSocket ??= class {}; // Node before 22 has none, and the module only needs the name.
const { formatObservationValue } = await import('@medplum/core');

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

for (const [value, expected, stated] of [
  [{ valueQuantity: { value: 14, unit: 'points' } }, '14 points', '14 points'],
  [{ valueString: '14' }, '14', '14'],
  [{ valueInteger: 14 }, '14', ''],
  [{ valueBoolean: true }, 'true or yes', ''],
  [{ valueRange: { low: { value: 1, unit: 'h' }, high: { value: 2, unit: 'h' } } }, '1 - 2 h', ''],
]) {
  look(JSON.stringify(value), expected, stated, formatObservationValue({ resourceType: 'Observation', ...value }));
}

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
