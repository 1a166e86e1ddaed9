#!/usr/bin/env bash
set -euo pipefail

# Guess: a time of HL7 v2 with an offset (20260301120000+0100) is one moment, whoever reads it.
# Seen: toDate() of npm hl7parser 1.0.1 leaves the offset out and reads noon as noon of the host, in any zone. Without seconds it reads part
#   of the offset as seconds: 202603011200+1100 is one second past noon. A month (202603), an hour (2026030112) and a day with an offset are
#   null, as if nothing stood there.
# Cost: the same message gives other moments on the server in UTC and on the desk; across a border results are hours off and may come before
#   the order.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error hl7parser@1.0.1 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const { create } = createRequire(import.meta.url)("hl7parser");
const read = (text) => create(`MSH|^~\\&|A|B|C|D|${text}||ORU^R01|1|P|2.5`).get("MSH.7").toDate()?.toISOString() ?? "null";
const cases = [
  ["UTC", "20260301120000+0100", "2026-03-01T11:00:00.000Z", "2026-03-01T12:00:00.000Z"],
  ["America/New_York", "20260301120000+0100", "2026-03-01T11:00:00.000Z", "2026-03-01T17:00:00.000Z"],
  ["UTC", "202603011200+1100", "2026-03-01T01:00:00.000Z", "2026-03-01T12:00:01.000Z"],
  ["UTC", "2026030112", "2026-03-01T12:00:00.000Z", "null"],
  ["UTC", "202603", "2026-03-01T00:00:00.000Z", "null"],
];
let same = true;
for (const [zone, text, expected, stated] of cases) {
  process.env.TZ = zone;
  const seen = read(text);
  console.log(`${text} in ${zone}: expected ${expected}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
