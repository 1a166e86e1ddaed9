#!/usr/bin/env bash
set -euo pipefail

# Guess: code that quicktype makes from a schema writes JSON that the schema allows: a field of format "date" (RFC 3339's full-date) is read and written as
#   2026-03-01. A date that is none, 30 February, is refused, as "yesterday" is.
# Seen: with npm quicktype-core 26.0.0 for JavaScript it is written as "2026-03-01T00:00:00.000Z", a date-time, in which local readers west of Greenwich see
#   28 February. 2026-02-30 is taken and written as 2 March, and "2026-03", a month as in FHIR, as its first day. A date-time with its offset loses the
#   offset and what is under a millisecond.
# Cost: a birth date or a due date that passes through is another type, fails the schema at the next service, or is a day early there.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error quicktype-core@26.0.0 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";
import { InputData, JSONSchemaInput, quicktype } from "quicktype-core";

const input = new JSONSchemaInput();
await input.addSource({ name: "Goal", schema: JSON.stringify({ type: "object", properties: { due: { type: "string", format: "date" } }, required: ["due"] }) });
const inputData = new InputData();
inputData.addInput(input);
writeFileSync("goal.cjs", (await quicktype({ inputData, lang: "javascript" })).lines.join("\n"));
const goal = createRequire(import.meta.url)("./goal.cjs");
const pass = (due) => {
  try {
    return JSON.parse(goal.goalToJson(goal.toGoal(JSON.stringify({ due })))).due;
  } catch {
    return "refused";
  }
};
const cases = [
  ["2026-03-01", "2026-03-01", "2026-03-01T00:00:00.000Z"], ["2026-02-30", "refused", "2026-03-02T00:00:00.000Z"],
  ["2026-03", "refused", "2026-03-01T00:00:00.000Z"], ["yesterday", "refused", "refused"],
];
let same = true;
for (const [due, expected, stated] of cases) {
  const seen = pass(due);
  console.log(`${due}: expected ${expected}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
