#!/usr/bin/env bash
set -euo pipefail

# Guess: dateAdd('2026-03-31', -1, 'months') is 28 February, the last day of the month before, as in PostgreSQL, java.time and dateutil: adding months
#   never leaves the month that was meant.
# Seen: in npm survey-core 3.1.1 it is 3 March, in the same month. A month after 31 January is 3 March too, and a year after 29 February 1 March.
#   dateDiff(..., 'months') then says 0 for "a month before".
# Cost: "the last month" in a question on use is 28 days long or lies after the appointment it should lead to; reminders for 29, 30 and 31
#   January come in March.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error survey-core@3.1.1 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { Model } from "survey-core";

function evaluate(expression) {
  const form = new Model({ elements: [{ type: "expression", name: "result", expression }] });
  const value = form.getValue("result");
  return value instanceof Date ? [value.getFullYear(), value.getMonth() + 1, value.getDate()].join("-") : String(value);
}

const cases = [
  ["dateAdd('2026-03-15', -1, 'months')", "2026-2-15", "2026-2-15"], ["dateAdd('2026-03-31', -1, 'months')", "2026-2-28", "2026-3-3"],
  ["dateAdd('2026-01-31', 1, 'months')", "2026-2-28", "2026-3-3"], ["dateAdd('2024-02-29', 1, 'years')", "2025-2-28", "2025-3-1"],
  ["dateDiff(dateAdd('2026-03-31', -1, 'months'), '2026-03-31', 'months')", "1", "0"],
];
let same = true;
for (const [expression, expected, stated] of cases) {
  const seen = evaluate(expression);
  console.log(`${expression}: expected ${expected}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
