#!/usr/bin/env bash
set -euo pipefail
# Guess: HL7's TS allows an offset after any precision, and fractions before it: 20260301-0500 and
#   20260301123000.123-0530. In FHIR the one is 2026-03-01, the other ends in -05:30.
# What happens: @medplum/ccda 5.1.10 reads the offset of a date as its hour ('2026-03-01T-0:50:00Z'), and
#   leaves the colon out after a fraction ('...12:30:00.123-0530'). Neither is a FHIR dateTime; nothing is
#   raised.
# Cost: a server that checks refuses the whole bundle, and one that does not stores a moment that no one can
#   read.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @medplum/ccda@5.1.10 @medplum/core@5.1.10
npm ls --depth=0

cat > check.mjs <<'JS'
globalThis.WebSocket ??= class {}; // Node before 22 has none, and the module only needs the name.
const { mapCcdaToFhirDateTime } = await import('@medplum/ccda');

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

look('20260301123000+0100', '2026-03-01T12:30:00+01:00', '2026-03-01T12:30:00+01:00', mapCcdaToFhirDateTime('20260301123000+0100'));
look('20260301-0500', '2026-03-01', '2026-03-01T-0:50:00Z', mapCcdaToFhirDateTime('20260301-0500'));
look('20260301123000.123-0530', '2026-03-01T12:30:00.123-05:30', '2026-03-01T12:30:00.123-0530', mapCcdaToFhirDateTime('20260301123000.123-0530'));

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
