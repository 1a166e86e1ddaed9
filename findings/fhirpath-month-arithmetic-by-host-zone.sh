#!/usr/bin/env bash
set -euo pipefail
# Guess: 1 March 00:00 in New Zealand minus one month is 1 February 00:00 there (+13:00). The offset is in the
#   value, so the machine's own time zone has no part in it.
# What happens: fhirpath 5.2.2 does the calendar arithmetic in the time zone of the host. One expression,
#   three hosts, three answers; in UTC it is 28 January 11:00Z, which is 29 January in New Zealand.
# Cost: 'one month before' moves by days between a laptop and a server, and no value says so. A test that runs
#   in UTC passes.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error fhirpath@5.2.2
npm ls --depth=0

cat > check.mjs <<'JS'
import { execFileSync } from 'node:child_process';
import fhirpath from 'fhirpath';

const expression = '@2026-03-01T00:00:00+13:00 - 1 month';
if (process.argv[2] === 'evaluate') {
  console.log(String(fhirpath.evaluate({}, expression)[0]));
  process.exit(0);
}

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

for (const [zone, stated] of [
  ['Pacific/Auckland', '2026-02-01T00:00:00+13:00'],
  ['UTC', '2026-01-28T11:00:00-00:00'],
  ['America/New_York', '2026-01-28T06:00:00-05:00'],
]) {
  const seen = execFileSync(process.execPath, ['check.mjs', 'evaluate'], { env: { ...process.env, TZ: zone } });
  look(`${expression}, on a host in ${zone}`, '2026-02-01T00:00:00+13:00', stated, String(seen).trim());
}

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
