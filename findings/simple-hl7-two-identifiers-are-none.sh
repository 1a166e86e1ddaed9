#!/usr/bin/env bash
set -euo pipefail
# Guess: getComponent(3, 1) of PID gives the first identifier. PID-3 repeats (123^^^H^MR~456^^^S^SS), so of
#   two it gives the first, or both.
# What happens: simple-hl7 3.3.0 gives the empty string as soon as the field repeats. With one identifier it
#   gives '123'.
# Cost: a patient who also has an insurance number arrives without a record number, and '' is looked up or
#   stored as the key.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error simple-hl7@3.3.0
npm ls --depth=0

cat > check.mjs <<'JS'
import hl7 from 'simple-hl7';

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

const parser = new hl7.Parser();
const component = (identifiers) => {
  const message = parser.parse(['MSH|^~\\&|A|B|C|D|20260301120000||ADT^A08|1|P|2.5.1', `PID|1||${identifiers}||DOE^ANN`].join('\r'));
  return JSON.stringify(message.getSegment('PID').getComponent(3, 1));
};
look('PID-3.1 of 123^^^H^MR', '"123"', '"123"', component('123^^^H^MR'));
look('PID-3.1 of 123^^^H^MR~456^^^S^SS', '"123"', '""', component('123^^^H^MR~456^^^S^SS'));

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
