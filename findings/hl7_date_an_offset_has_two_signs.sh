#!/usr/bin/env bash
set -euo pipefail

# Guess: stringify() writes HL7's "YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]" of its README: half past two in Berlin's winter is
#   20260115143000+0100.
# Seen: npm hl7-date 1.0.1 writes "+-100" there, and "+-6-30" in Kolkata; only at and west of Greenwich the offset is right. Its own parse()
#   takes no notice of such an offset and reads the time of the host, so that a test on one machine passes. Half past ten at 0 seconds loses
#   nothing, three o'clock sharp its minutes, and midnight on 1 March its day ("202603").
# Cost: a hospital in Europe, Africa or Asia sends times that no receiver can read, or that one reads an hour or more off.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error hl7-date@1.0.1 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const { parse, stringify } = createRequire(import.meta.url)("hl7-date");
const cases = [
  ["America/New_York", "20260115143005-0500", "20260115143005-0500"], ["UTC", "20260115143005+0000", "20260115143005+0000"],
  ["Europe/Berlin", "20260115143005+0100", "20260115143005+-100"], ["Asia/Kolkata", "20260115143005+0530", "20260115143005+-6-30"],
];
let same = true;
for (const [zone, expected, stated] of cases) {
  process.env.TZ = zone;
  const moment = new Date(2026, 0, 15, 14, 30, 5);
  const seen = stringify(moment);
  console.log(`${zone}: expected ${expected}, seen ${seen}`);
  same &&= seen === stated && parse(seen).getTime() === moment.getTime();
}
process.env.TZ = "America/New_York";
const elsewhere = parse("20260115143005+-100").toISOString();
console.log(`the one of Berlin, read in New York: expected 2026-01-15T13:30:05.000Z, seen ${elsewhere}`);
process.exit(same && elsewhere === "2026-01-15T19:30:05.000Z" ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
