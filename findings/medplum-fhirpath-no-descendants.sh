#!/usr/bin/env bash
set -euo pipefail
# Guess: FHIRPath (Tree navigation): children() and descendants() give the nodes below, so
#   Goal.descendants().ofType(Coding) finds every coding.
# What happens: @medplum/core 5.2.13 knows both names and gives no nodes: count() is 0 and exists() is false
#   for any resource. An unknown function would have raised.
# Cost: a scan for codes, references or extensions anywhere in a resource reports that there are none, which
#   reads as 'clean'.

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

const goal = {
  resourceType: 'Goal',
  lifecycleStatus: 'active',
  category: [{ coding: [{ system: 'http://example.org/c', code: 'work' }] }],
  description: { text: 'Walk each day' },
  subject: { reference: 'Patient/1' },
};
const evaluate = (expression) => JSON.stringify(evalFhirPath(expression, goal));
look('Goal.category.coding.code', '["work"]', '["work"]', evaluate('Goal.category.coding.code'));
look('Goal.children().count()', 'more than 0', '[0]', evaluate('Goal.children().count()'));
look('Goal.descendants().exists()', '[true]', '[false]', evaluate('Goal.descendants().exists()'));
look("Goal.descendants().where(code = 'work').exists()", '[true]', '[false]', evaluate("Goal.descendants().where(code = 'work').exists()"));

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
