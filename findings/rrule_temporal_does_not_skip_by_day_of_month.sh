#!/usr/bin/env bash
set -euo pipefail

# Guess: SKIP=BACKWARD puts "on the 31st" on the last day of shorter months, whether the 31st comes from DTSTART or from BYMONTHDAY=31. RFC 7529 applies SKIP to the
#   invalid dates that BYMONTH and BYMONTHDAY make; the README claims that RFC.
# Seen: npm rrule-temporal 2.2.8 does it for a series that starts on the 31st, and leaves February out as soon as the same rule says BYMONTHDAY=31.
# Cost: most calendars write BYMONTHDAY; the monthly appointment that SKIP was to keep does not take place in five months of the year.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error rrule-temporal@2.2.8 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { RRuleTemporal } from "rrule-temporal";

const expand = (more) => {
  const rule = new RRuleTemporal({ rruleString: `DTSTART:20260131T090000Z\nRRULE:RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;COUNT=3${more}` });
  return rule.all().map((at) => at.toString().slice(0, 10)).join(" ");
};
const plain = expand(""), named = expand(";BYMONTHDAY=31");
console.log(`expected in both: 2026-01-31 2026-02-28 2026-03-31\nseen, without BYMONTHDAY: ${plain}\nseen, with BYMONTHDAY=31: ${named}`);
process.exit(plain === "2026-01-31 2026-02-28 2026-03-31" && named === "2026-01-31 2026-03-31 2026-05-31" ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
