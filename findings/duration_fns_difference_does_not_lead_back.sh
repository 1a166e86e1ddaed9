#!/usr/bin/env bash
set -euo pipefail

# Guess: the duration between two dates, added to the first, gives the second.
# Seen: npm duration-fns 3.0.2 subtracts field by field. From 31 January to 28 February is "one month less three days", and one month on
#   from 31 January is 28 February (the last day), so adding it ends on the 25th. 31 January to 1 March is two months less thirty days.
#   npm luxon 3.7.2 leads back every time.
# Cost: an interval that is stored as a duration (the time a consent was valid, the time since the last visit) moves up to three
#   days when it is used; only the last days of a month show it.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
timeout 900 npm install --silent --no-audit --no-fund duration-fns@3.0.2 luxon@3.7.2
cat > try.mjs <<'JS'
import { apply, between, toString } from "duration-fns";
import { DateTime } from "luxon";
let wrong = 0, luxonWrong = 0, seen = "";
for (const [from, to] of [["2026-01-31", "2026-02-28"], ["2026-01-30", "2026-02-28"], ["2026-01-31", "2026-03-01"], ["2026-03-31", "2026-04-30"], ["2026-01-15", "2026-02-28"]]) {
  const duration = between(`${from}T00:00:00Z`, `${to}T00:00:00Z`);
  const back = apply(`${from}T00:00:00Z`, duration).toISOString().slice(0, 10);
  const start = DateTime.fromISO(from, { zone: "utc" }), end = DateTime.fromISO(to, { zone: "utc" });
  const luxon = end.diff(start, ["months", "days"]);
  if (back !== to) wrong++;
  if (start.plus(luxon).toISODate() !== to) luxonWrong++;
  seen += `${toString(duration)} `;
  console.log(`${from} to ${to}: ${toString(duration)}, which leads to ${back}; luxon: ${luxon.toISO()}, which leads to ${start.plus(luxon).toISODate()}`);
}
process.exit(wrong === 3 && luxonWrong === 0 && seen.startsWith("P1M-3D P1M-2D P2M-30D ") ? 0 : 1);
JS
echo "duration-fns $(node -p 'require("./node_modules/duration-fns/package.json").version'), luxon $(node -p 'require("./node_modules/luxon/package.json").version'), node $(node --version)"
TZ=UTC node try.mjs || { echo "The behaviour has changed."; exit 1; }
echo "expected: every duration leads to the date that it was taken from"
