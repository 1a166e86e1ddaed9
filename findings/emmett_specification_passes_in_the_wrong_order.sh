#!/usr/bin/env bash
set -euo pipefail

# Guess: DeciderSpecification's given/when/then fails when the decision gives other events than then() names: in another order, or with another date in them.
# Seen: in npm @event-driven-io/emmett 0.42.0 then([B, A]) passes where the decision gave A and then B, and a due date of 2030 passes where it was 2026. A text or a
#   number that differs fails, and so does a missing event. deepEquals of the same package tells the two dates apart; then() asks only whether the one
#   is a part of the other, and a date has no parts.
# Cost: a test suite that is green says nothing of the order of the events nor of any time in them, the two things that an event log is for.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @event-driven-io/emmett@0.42.0 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { DeciderSpecification, deepEquals } from "@event-driven-io/emmett";

const due = (year) => ({ type: "DueSet", data: { due: new Date(`${year}-03-01`) } });
const score = (value) => ({ type: "Scored", data: { value } });
const then = (given, expected) => {
  const specification = DeciderSpecification.for({ decide: () => given, evolve: (state) => state, initialState: () => ({}) });
  try {
    specification([]).when({ type: "Decide", data: {} }).then(expected);
    return "passes";
  } catch {
    return "fails";
  }
};
const cases = [
  ["the same events", [score(1), due(2026)], [score(1), due(2026)], "passes", "passes"], ["another value", [score(1)], [score(2)], "fails", "fails"],
  ["one event less", [score(1), due(2026)], [score(1)], "fails", "fails"], ["another order", [score(1), due(2026)], [due(2026), score(1)], "fails", "passes"],
  ["another date", [due(2026)], [due(2030)], "fails", "passes"],
];
let same = !deepEquals(due(2026), due(2030));
for (const [name, given, expected, guess, stated] of cases) {
  const seen = then(given, expected);
  console.log(`${name}: expected ${guess}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
