#!/usr/bin/env bash
set -euo pipefail

# Guess: what was typed in a text field counts as the number that it is: "5" and "3" give 8 under {a} + {b}, so "05" and "3" do too, the more so as {a} = 5
#   is true and sum({a}, {b}) is 8. "1,500" is 1500 or is no number.
# Seen: in npm survey-core 3.1.1 "05" + "3" is the text "053", while *, -, =, > and sum() take "05" for 5. "1,500" is 1.5 (so it is not more than 1000), and
#   "1,234,567" + 1 is the text "1,234,5671".
# Cost: a total shows a plausible number ten times too large for those who type a leading zero, and an amount of 1,500 passes every upper limit.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error survey-core@3.1.1 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { Model } from "survey-core";

function evaluate(expression, a, b) {
  const elements = [{ type: "text", name: "a" }, { type: "text", name: "b" }, { type: "expression", name: "result", expression }];
  const form = new Model({ elements });
  form.setValue("a", a);
  form.setValue("b", b);
  return JSON.stringify(form.getValue("result"));
}

const cases = [
  ["{a} + {b}", "5", "3", "8", "8"], ["{a} + {b}", "05", "3", "8", '"053"'], ["{a} * {b}", "05", "3", "15", "15"], ["sum({a}, {b})", "05", "3", "8", "8"],
  ["{a} = 5", "05", "3", "true", "true"], ["{a} + {b}", "1,500", "1", "1501", "2.5"], ["{a} > 1000", "1,500", "1", "true", "false"],
  ["{a} + {b}", "1,234,567", "1", "1234568", '"1,234,5671"'],
];
let same = true;
for (const [expression, a, b, expected, stated] of cases) {
  const seen = evaluate(expression, a, b);
  console.log(`${expression} of "${a}" and "${b}": expected ${expected}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
