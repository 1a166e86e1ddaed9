#!/usr/bin/env bash
set -euo pipefail
# Guess: FHIRPath (Equals, Comparison): if one date has a precision that the other lacks, the answer is empty,
#   that is 'not known'.
# What happens: @medplum/core 5.2.13 decides: a goal that is due in '2026-04' is due on or before 15 April
#   (true), and is not equal to 1 April (false).
# Cost: a due date known to the month passes or fails a rule by the order of characters. fhirpath 5.2.2
#   answers empty to both.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @medplum/core@5.2.13 fhirpath@5.2.2
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

const goal = { resourceType: 'Goal', target: [{ dueDate: '2026-04' }] };
for (const [expression, stated] of [
  ['Goal.target.due <= @2026-04-15', '[true]'],
  ['Goal.target.due = @2026-04-01', '[false]'],
]) {
  look(`fhirpath, ${expression}`, '[]', '[]', JSON.stringify(fhirpath.evaluate(goal, expression, {}, r4)));
  look(`medplum, ${expression}`, '[]', stated, JSON.stringify(evalFhirPath(expression, goal)));
}

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
