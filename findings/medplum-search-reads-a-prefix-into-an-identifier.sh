#!/usr/bin/env bash
set -euo pipefail
# Guess: prefixes such as eb, sa and lt belong to number, date and quantity parameters. identifier is a token,
#   so identifier=eb12345 asks for the record number eb12345.
# What happens: @medplum/core 5.2.13 (parseSearchRequest) strips two letters that look like a prefix when a
#   digit follows and its index of search parameters is not loaded, which is so in a plain client: 'ends
#   before 12345'. sa7, lt2 and ne1 go the same way, AB12345 does not.
# Cost: a patient whose number begins with the wrong two letters is not found, and others are.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @medplum/core@5.2.13
npm ls --depth=0

cat > check.mjs <<'JS'
globalThis.WebSocket ??= class {}; // Node before 22 has none, and the module only needs the name.
const { parseSearchRequest } = await import('@medplum/core');

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

for (const [query, expected, stated] of [
  ['Patient?identifier=ab12345', 'eq ab12345', 'eq ab12345'],
  ['Patient?identifier=eb12345', 'eq eb12345', 'eb 12345'],
  ['Patient?identifier=sa7', 'eq sa7', 'sa 7'],
  ['Patient?birthdate=eb1980', 'eb 1980', 'eb 1980'],
]) {
  const [filter] = parseSearchRequest(query).filters;
  look(query, expected, stated, `${filter.operator} ${filter.value}`);
}

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
