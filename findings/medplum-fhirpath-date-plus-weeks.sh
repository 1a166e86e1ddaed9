#!/usr/bin/env bash
set -euo pipefail
# Guess: FHIRPath (Date/Time Arithmetic) lets a date and a time-valued quantity be added, so @2026-03-01 + 4
#   weeks is 2026-03-29.
# What happens: @medplum/core 5.2.13 joins the two as text: '2026-03-01' and '4' become '2026-03-014'. Nothing
#   is raised, and a subtraction gives null.
# Cost: a due date computed by an expression is a string that is no date; the comparison that uses it is then
#   false or true by the order of characters.

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

const goal = { resourceType: 'Goal', id: 'g', startDate: '2026-03-01' };
const evaluate = (expression) => JSON.stringify(evalFhirPath(expression, goal));
look('Goal.startDate + 4 weeks', '["2026-03-29"]', '["2026-03-014"]', evaluate('Goal.startDate + 4 weeks'));
look('@2026-01-31 + 1 month', '["2026-02-28"]', '["2026-01-311"]', evaluate('@2026-01-31 + 1 month'));
look('Goal.startDate - 1 day', '["2026-02-28"]', '[null]', evaluate('Goal.startDate - 1 day'));
look('Goal.startDate + 4 weeks < @2026-03-10', '[false]', '[true]', evaluate('Goal.startDate + 4 weeks < @2026-03-10'));

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.mjs
