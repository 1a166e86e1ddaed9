#!/usr/bin/env bash
set -euo pipefail
# Guess: HL7's TS 202603 is March 2026; FHIR has partial dates for that, '2026-03'.
# What happens: @medplum/ccda 5.1.10 reads it as 2026-01-01: the month is lost, and a day is invented. Its way
#   back is right (2026-03 becomes 202603), so one round trip moves a date by two months. An hour (2026030112)
#   becomes midnight.
# Cost: a birth or a start in March is on New Year's Day in the record, and looks exact.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @medplum/ccda@5.1.10 @medplum/core@5.1.10
npm ls --depth=0

cat > check.mjs <<'JS'
globalThis.WebSocket ??= class {}; // Node before 22 has none, and the module only needs the name.
const { mapCcdaToFhirDate, mapCcdaToFhirDateTime, mapFhirToCcdaDate } = await import('@medplum/ccda');

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

look('2026-03 to C-CDA', '202603', '202603', mapFhirToCcdaDate('2026-03'));
look('and back', '2026-03', '2026-01-01', mapCcdaToFhirDate('202603'));
look('2026 to FHIR', '2026', '2026-01-01', mapCcdaToFhirDate('2026'));
look('2026030112 to FHIR', '2026-03-01, with 12 h or without a time', '2026-03-01T00:00:00Z', mapCcdaToFhirDateTime('2026030112'));

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
