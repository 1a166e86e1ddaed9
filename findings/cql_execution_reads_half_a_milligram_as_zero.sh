#!/usr/bin/env bash
set -euo pipefail

# Guess: ToQuantity, ToInteger and ToDecimal give null for a text that is not of the form that CQL states (for a quantity, a number with digits
#   on both sides of a point, then the unit in single quotes). CQL: "If the input string is not formatted correctly ... the result is null."
# Seen: npm cql-execution 3.3.2 reads the digits at the start and drops what follows. "0,5 'mg'" (a decimal comma) is 0 without a unit, "5 mg" is 5
#   without a unit, "7-10 days" is 7, and 1e3 'mg' is 1; the integer of "12-14" is 12 and the decimal of "0,5" is 0. Only a text with no digit at
#   the start is null.
# Cost: a dose or a score that somebody typed passes as another one, so the measure counts it instead of leaving it out.

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
async function evaluate(expression) {
  const statements = { def: [{ name: "Result", context: "Unfiltered", accessLevel: "Public", expression }] };
  const library = new cql.Library({ library: { identifier: { id: "T", version: "1" }, statements } });
  const executor = new cql.Executor(library, new cql.CodeService({}), {});
  return (await executor.exec(new cql.PatientSource([]))).unfilteredResults.Result;
}
const convert = async (to, text) => {
  const value = await evaluate({ type: to, operand: literal(text, "String") });
  return value?.isQuantity ? `${value.value} '${value.unit ?? ""}'` : String(value);
};
const cases = [
  ["ToQuantity", "0.5 'mg'", "0.5 'mg'", "0.5 'mg'"], ["ToQuantity", "0,5 'mg'", "null", "0 ''"], ["ToQuantity", "5 mg", "null", "5 ''"],
  ["ToQuantity", "7-10 days", "null", "7 ''"], ["ToQuantity", "1e3 'mg'", "null", "1 ''"], ["ToInteger", "12-14", "null", "12"],
  ["ToDecimal", "0,5", "null", "0"], ["ToInteger", "none", "null", "null"],
];
let same = true;
for (const [to, text, expected, stated] of cases) {
  const seen = await convert(to, text);
  console.log(`${to}(${text}): expected ${expected}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
