#!/usr/bin/env bash
set -euo pipefail

# Guess: serialize() escapes the delimiters of HL7 v2 in a text wherever the text stands; its parse() reads what it wrote.
# Seen: npm tiny-hl7 1.0.7 escapes until the first field of a segment that has components. The fields behind that one are written as they
#   are: a | in them begins another field, a & parts. OBX-3 nearly always has components, and OBX-5, the result, stands behind it.
# Cost: read and written unchanged, a note "10|20 mg" loses "20 mg" into OBX-6, where units are; with a plain code in OBX-3 all is well, so
#   it depends on the sender which results are whole.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error tiny-hl7@1.0.7 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const { parse, serialize } = createRequire(import.meta.url)("tiny-hl7");
const cases = [
  ["OBX|1|TX|NOTE||10\\F\\20 mg", "OBX|1|TX|NOTE||10\\F\\20 mg"],
  ["OBX|1|TX|NOTE^Note^L||10\\F\\20 mg", "OBX|1|TX|NOTE^Note^L||10|20 mg"],
  ["OBX|1|TX|NOTE^Note^L||you \\T\\ me", "OBX|1|TX|NOTE^Note^L||you & me"],
  ["OBX|1|TX|NOTE^Note^L||10\\S\\9/L", "OBX|1|TX|NOTE^Note^L||10^9/L"],
];
let same = true;
for (const [segment, stated] of cases) {
  const seen = serialize(parse(segment));
  console.log(`${segment}: expected unchanged, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
