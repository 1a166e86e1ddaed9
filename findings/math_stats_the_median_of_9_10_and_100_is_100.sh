#!/usr/bin/env bash
set -euo pipefail

# Guess: the median of 9, 10 and 100 is 10.
# Seen: npm math-stats 0.3.1 sorts the numbers as texts (10, 100, 9) and says 100; of 1, 2, 9 and 10 it says 6 instead of 5.5 (1, 10, 2, 9), and of -1, -3 and -5 it is right. The
#   list that was handed over stays in that order. Numbers of one length give the right answer, as the README's 1, 2, 3 do.
# Cost: scores that cross ten (AUDIT, PHQ-9, days of use) have a wrong median; a series that is shown afterwards has lost its order in time.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error math-stats@0.3.1 >/dev/null
npm ls --depth=0

cat > try.cjs <<'JS'
"use strict";
const { median } = require("math-stats");
const cases = [[[1, 2, 3], 2, 2], [[9, 10, 100], 10, 100], [[1, 2, 9, 10], 5.5, 6], [[-1, -3, -5], -3, -3]];
let same = true;
for (const [numbers, expected, stated] of cases) {
  const before = numbers.join(", ");
  const seen = median(numbers);
  console.log(`${before}: expected ${expected}, seen ${seen}; the list is ${numbers.join(", ")} now`);
  same &&= seen === stated;
}
process.exit(same && cases[1][0].join() === "10,100,9" ? 0 : 1);
JS
timeout 60 node try.cjs || { echo "The behaviour has changed."; exit 1; }
