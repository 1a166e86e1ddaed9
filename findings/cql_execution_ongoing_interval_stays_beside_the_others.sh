#!/usr/bin/env bash
set -euo pipefail

# Guess: collapse merges intervals that overlap. An episode that goes on, Interval[@2026-01-01, null], and one in February overlap, so one is
#   left. CQL says of a closed boundary that is null that the interval reaches to the greatest value of the type.
# Seen: npm cql-execution 3.3.2 says itself that the two overlap, and that their union is one interval, but collapse gives both back. With the
#   greatest date written out, 9999-12-31, or with the null at the start, it gives one.
# Cost: whoever is in treatment now is counted with each earlier episode inside the present one; days of treatment, summed over what collapse
#   gives, are counted twice.

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
const nothing = { type: "As", operand: { type: "Null" }, asType: type("Date") };
const interval = (low, high) => ({ type: "Interval", low, high, lowClosed: true, highClosed: true });
async function evaluate(expression) {
  const statements = { def: [{ name: "Result", context: "Unfiltered", accessLevel: "Public", expression }] };
  const library = new cql.Library({ library: { identifier: { id: "T", version: "1" }, statements } });
  const executor = new cql.Executor(library, new cql.CodeService({}), {});
  return (await executor.exec(new cql.PatientSource([]))).unfilteredResults.Result;
}
const inside = interval(date(2026, 2, 1), date(2026, 2, 28));
const ongoing = interval(date(2026, 1, 1), nothing);
const collapse = async (...element) => (await evaluate({ type: "Collapse", operand: [{ type: "List", element }, { type: "Null" }] })).length;
const seen = {
  overlap: await evaluate({ type: "Overlaps", operand: [ongoing, inside] }),
  end: String(await evaluate({ type: "End", operand: ongoing })),
  collapsed: await collapse(ongoing, inside),
  collapsedWithGreatestDate: await collapse(interval(date(2026, 1, 1), date(9999, 12, 31)), inside),
  collapsedWithNullAtTheStart: await collapse(interval(nothing, date(2026, 2, 10)), inside),
};
console.log("expected: collapsed: 1, as in the two after it\nseen:", seen);
process.exit(JSON.stringify(Object.values(seen)) === JSON.stringify([true, "9999-12-31", 2, 1, 1]) ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
