#!/usr/bin/env bash
set -euo pipefail

# Guess: 2026-03-15 + 2.5 years is 2028-03-15. CQL and ELM, on Add: "For precisions above seconds, any decimal portion of the time-valued
#   quantity is ignored". Whoever has not read that guesses 2028-09-15.
# Seen: in npm cql-execution 3.3.2 it is 2028-09-13, which is neither: the fraction is added as days (182 of them). 1.5 weeks after 15 March is
#   the 25th, and half a month before it is 28 February.
# Cost: a follow-up that another engine sets to March lies in September; a goal is measured in another reporting year.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error cql-execution@3.3.2 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import cql from "cql-execution";

const type = (name) => `{urn:hl7-org:elm-types:r1}${name}`;
const literal = (value, name) => ({ type: "Literal", valueType: type(name), value: String(value) });
const date = (...parts) => Object.fromEntries([["type", "Date"], ...parts.map((part, at) => [["year", "month", "day"][at], literal(part, "Integer")])]);
async function evaluate(expression) {
  const statements = { def: [{ name: "Result", context: "Unfiltered", accessLevel: "Public", expression }] };
  const library = new cql.Library({ library: { identifier: { id: "T", version: "1" }, statements } });
  const executor = new cql.Executor(library, new cql.CodeService({}), {});
  return (await executor.exec(new cql.PatientSource([]))).unfilteredResults.Result;
}
const cases = [
  ["Add", 2.5, "years", "2028-03-15", "2028-09-13"], ["Add", 1.5, "weeks", "2026-03-22", "2026-03-25"],
  ["Subtract", 0.5, "months", "2026-03-15", "2026-02-28"], ["Add", 2, "years", "2028-03-15", "2028-03-15"],
];
let same = true;
for (const [operation, value, unit, expected, stated] of cases) {
  const seen = String(await evaluate({ type: operation, operand: [date(2026, 3, 15), { type: "Quantity", value, unit }] }));
  console.log(`${operation} 2026-03-15, ${value} ${unit}: expected ${expected}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
