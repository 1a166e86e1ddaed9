#!/usr/bin/env bash
set -euo pipefail

# Guess: what Parser has read Generator writes as it was, and a value that is given as a number is written. Its README: "converts HL7v2
#   messages to and from a JSON representation".
# Seen: npm @redoxengine/redox-hl7-v2 1.0.1 reads OBX-5, whose type OBX-2 names, as one text and writes that with its separators escaped: a
#   coded answer with three components comes back as one component. A number is written, 0 is not: the field is empty. A backslash that a
#   text has in front of an F, S, R or T is taken for an escape when it is read back.
# Cost: a relay turns every coded result (CE, CWE) and every range (SN) into words that no table knows; "no drinks" is a missing answer.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @redoxengine/redox-hl7-v2@1.0.1 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const { Parser, Generator } = createRequire(import.meta.url)("@redoxengine/redox-hl7-v2");
const message = (type, value) => `MSH|^~\\&|A|B|C|D|20260301120000||ORU^R01|1|P|2.5\rPID|1||7||Doe^Jo\rOBR|1|||X\rOBX|1|${type}|X||${value}||||||F\r`;
const result = (json) => json.PATIENT_RESULT[0].ORDER_OBSERVATION[0].OBSERVATION[0].OBX;
const written = (json) => new Generator().write(json).split("\r").find((line) => line.startsWith("OBX")).split("|")[5];
const again = (type, value) => written(new Parser().parse(message(type, value)));
function given(value) {
  const json = new Parser().parse(message("NM", "1"));
  result(json)[5] = [value];
  return written(json);
}
const cases = [
  ["CE 0^None^L, read and written", "0^None^L", "0\\S\\None\\S\\L", again("CE", "0^None^L")],
  ["SN <^5, read and written", "<^5", "<\\S\\5", again("SN", "<^5")],
  ["NM 0, read and written", "0", "0", again("NM", "0")],
  ["the number 5", "5", "5", given(5)],
  ["the number 0", "0", "", given(0)],
  ["TX F:\\E\\F\\E\\x, read", "F:\\F\\x", "F:\\E|E\\x", result(new Parser().parse(message("TX", "F:\\E\\F\\E\\x")))[5][0]],
];
let same = true;
for (const [name, expected, stated, seen] of cases) {
  console.log(`${name}: expected "${expected}", seen "${seen}"`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
