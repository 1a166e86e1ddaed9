#!/usr/bin/env bash
set -euo pipefail
# Guess: FHIRPath (Equivalent): for collections, 'Comparison is not order dependent', so (1 | 2) ~ (2 | 1) is
#   true.
# What happens: fhirpath 5.2.2 answers false, also for two sets of codes of one resource that differ in order
#   only. @medplum/core 5.2.13 answers true.
# Cost: the same codings sent in another order count as a change, and an invariant with ~ between lists fails
#   on good data.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error fhirpath@5.2.2 @medplum/core@5.2.13
npm ls --depth=0

cat > check.mjs <<'JS'
globalThis.WebSocket ??= class {}; // Node before 22 has none, and the module only needs the name.
const { evalFhirPath } = await import('@medplum/core');
const { default: fhirpath } = await import('fhirpath');
const { default: r4 } = await import('fhirpath/fhir-context/r4/index.js');

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}

const coding = (code) => ({ system: 'http://example.org/c', code });
const goal = {
  resourceType: 'Goal',
  category: [{ coding: [coding('work'), coding('health')] }, { coding: [coding('health'), coding('work')] }],
};
for (const expression of ['(1 | 2) ~ (2 | 1)', 'Goal.category[0].coding.code ~ Goal.category[1].coding.code']) {
  look(`fhirpath, ${expression}`, '[true]', '[false]', JSON.stringify(fhirpath.evaluate(goal, expression, {}, r4)));
  look(`medplum, ${expression}`, '[true]', '[true]', JSON.stringify(evalFhirPath(expression, goal)));
}

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
