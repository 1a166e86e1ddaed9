#!/usr/bin/env bash
set -euo pipefail
# Guess: FHIRPath (Quantity) says that an implementation need not convert units, but must at least respect
#   them and notice when they differ.
# What happens: @medplum/core 5.2.13 reads the numbers only: 5 mg + 1 g is 6 mg, and 1 g is not more than 900
#   mg.
# Cost: a rule over doses, weights or drinks compares numbers of different units and answers with confidence.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @medplum/core@5.2.13
npm ls --depth=0

cat > check.mjs <<'JS'
globalThis.WebSocket ??= class {}; // Node before 22 has none, and the module only needs the name.
const { evalFhirPath } = await import('@medplum/core');

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

const evaluate = (expression) => JSON.stringify(evalFhirPath(expression, {}));
look("5 'mg' + 1 'g'", "1005 'mg', or an error", '[{"value":6,"unit":"mg"}]', evaluate("5 'mg' + 1 'g'"));
look("1 'g' > 900 'mg'", '[true], or an error', '[false]', evaluate("1 'g' > 900 'mg'"));

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
