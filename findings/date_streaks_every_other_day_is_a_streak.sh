#!/usr/bin/env bash
set -euo pipefail

# Guess: a streak is days in a row, whatever the hour at which each was ticked. Its README: "Find a variety of streak metrics from a list of
#   dates", with Date objects in every example; it sorts them by the start of their day.
# Seen: npm date-streaks 1.2.1 counts whole spans of 24 hours between two of them. The evening of one day, the morning of the next but one
#   and the morning of the next but one again are a streak of three, with two days left out. An evening and the next morning are one day, so
#   three days in a row can be a streak of one. With all at the same hour it is as guessed.
# Cost: a person who kept a goal every day is told one, and one who did on every second day is told all.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error date-streaks@1.2.1 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const { summary } = createRequire(import.meta.url)("date-streaks");
process.env.TZ = "UTC";
const cases = [
  ["1, 2 and 3 March at noon", ["01T12", "02T12", "03T12"], 3, 3], ["1, 3 and 5 March at noon", ["01T12", "03T12", "05T12"], 1, 1],
  ["1 March at 20, 2 March at 8, 3 March at 7", ["01T20", "02T08", "03T07"], 3, 1], ["1 March at 20, 3 March at 8, 5 March at 7", ["01T20", "03T08", "05T07"], 1, 3],
];
let same = true;
for (const [name, hours, expected, stated] of cases) {
  const seen = summary({ dates: hours.map((hour) => new Date(`2026-03-${hour}:00:00Z`)) }).longestStreak;
  console.log(`${name}: expected a streak of ${expected}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
