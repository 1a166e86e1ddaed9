#!/usr/bin/env bash
set -euo pipefail

# Guess: UNTIL=20260301 is a day and is written as it was read; RFC 5545: the value of UNTIL "MUST have the same value type as the DTSTART property", so a series of days ends
#   with a day and one in local time with a local time.
# Seen: npm rfc5545-rrule 1.1.1 makes a moment of it, midnight where the program runs, and writes that in UTC: 20260301T000000Z on one host, 20260301T050000Z on another,
#   20260228T150000Z on a third. A local time gets the zone of the host likewise.
# Cost: read and written once, a rule no longer fits its DTSTART, and whether the last appointment takes place depends on the server that saved it.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error rfc5545-rrule@1.1.1 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";

writeFileSync("one.cjs", `const { RRule } = require("rfc5545-rrule");
console.log(RRule.fromString("RRULE:FREQ=DAILY;UNTIL=" + process.argv[2]).toString().split("UNTIL=")[1]);`);
const pass = (zone, until) => execFileSync("node", ["one.cjs", until], { env: { ...process.env, TZ: zone }, encoding: "utf8" }).trim();
const cases = [
  ["UTC", "20260301", "20260301T000000Z"], ["America/New_York", "20260301", "20260301T050000Z"], ["Asia/Tokyo", "20260301", "20260228T150000Z"],
  ["America/New_York", "20260301T090000", "20260301T140000Z"], ["Asia/Tokyo", "20260301T090000Z", "20260301T090000Z"],
];
let same = true;
for (const [zone, until, stated] of cases) {
  const seen = pass(zone, until);
  console.log(`UNTIL=${until} on a host in ${zone}: expected ${until}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
