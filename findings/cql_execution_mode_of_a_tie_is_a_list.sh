#!/usr/bin/env bash
set -euo pipefail

# Guess: Mode gives one value of the type of the list's elements, T (or null): Mode(argument List<T>) T. So it can be compared with a number.
# Seen: npm cql-execution 3.3.2 gives 2 for {2, 2, 3}, and the list [1, 2] for {1, 1, 2, 2, 3}. A comparison with the list is not known (null), so a
#   condition on it is never met, neither as "less than 3" nor as "3 or more".
# Cost: in a small group, where ties are common, everybody whose usual score is a tie leaves both the numerator and its complement.

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
const mode = (...values) => ({ type: "Mode", source: { type: "List", element: values.map((value) => literal(value, "Integer")) } });
const three = literal(3, "Integer");
const seen = [
  await evaluate(mode(2, 2, 3)), await evaluate(mode(1, 1, 2, 2, 3)),
  await evaluate({ type: "Less", operand: [mode(1, 1, 2, 2, 3), three] }), await evaluate({ type: "GreaterOrEqual", operand: [mode(1, 1, 2, 2, 3), three] }),
];
console.log("Mode {2, 2, 3}, Mode {1, 1, 2, 2, 3}, the second < 3, the second >= 3");
console.log("expected: 2, 1 or 2, true, false\nseen:    ", JSON.stringify(seen));
process.exit(JSON.stringify(seen) === "[2,[1,2],null,null]" ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
