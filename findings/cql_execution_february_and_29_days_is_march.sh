#!/usr/bin/env bash
set -euo pipefail

# Guess: a month without a day plus 29 days is that month still: the days are first converted to whole months, of 30 days, and the rest is cut.
#   ELM, on Add: "the operation is performed by converting the time-based quantity to the highest specified granularity in the first
#   argument (truncating any resulting decimal portion) and then adding it". So the month that one begins in makes no difference.
# Seen: in npm cql-execution 3.3.2 2026-02 + 28 days is 2026-03, while 2026-03 + 30 days is 2026-03: the days are counted from the first of the month.
# Cost: the same four weeks after "some day of the month" end in the next month for those who began in February and in the same for all others.

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
const month = (year, number) => ({ type: "Date", year: literal(year, "Integer"), month: literal(number, "Integer") });
async function evaluate(expression) {
  const statements = { def: [{ name: "Result", context: "Unfiltered", accessLevel: "Public", expression }] };
  const library = new cql.Library({ library: { identifier: { id: "T", version: "1" }, statements } });
  const executor = new cql.Executor(library, new cql.CodeService({}), {});
  return (await executor.exec(new cql.PatientSource([]))).unfilteredResults.Result;
}
let same = true;
for (const [number, value, expected, stated] of [[2, 28, "2026-02", "2026-03"], [2, 29, "2026-02", "2026-03"], [3, 30, "2026-04", "2026-03"], [3, 28, "2026-03", "2026-03"]]) {
  const seen = String(await evaluate({ type: "Add", operand: [month(2026, number), { type: "Quantity", value, unit: "days" }] }));
  console.log(`2026-0${number} + ${value} days: expected ${expected}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
