#!/usr/bin/env bash
set -euo pipefail

# Guess: HL7 v2 (2.A, "escape sequences") has \F\ for the field separator and \S\ for the component separator; a reader gives back | and ^.
# Seen: npm nodehl7 2.0.0 gives ^ for \F\ and | for \S\. The other three (\T\, \R\, \E\) are right, so a text with "&" in it shows nothing
#   of it.
# Cost: "10|20 mg" in a note is read as "10^20 mg", a power of ten. What is written again by another program from the parsed text has the
#   two exchanged for good.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error nodehl7@2.0.0 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const Parser = createRequire(import.meta.url)("nodehl7");
const quiet = { error() {}, log() {} };
function read(text) {
  const message = `MSH|^~\\&|A|B|C|D|20260301120000||ORU^R01|1|P|2.5\rOBX|1|TX|N||${text}||||||F\r`;
  return new Promise((resolve, reject) => new Parser({ logger: quiet }).parse(message, "try", (error, parsed) => (error ? reject(error) : resolve(parsed.segments.at(-1).parts[4]))));
}
const cases = [["10\\F\\20 mg", "10|20 mg", "10^20 mg"], ["10\\S\\9/L", "10^9/L", "10|9/L"], ["one \\T\\ two", "one & two", "one & two"], ["1\\R\\2", "1~2", "1~2"], ["C:\\E\\x", "C:\\x", "C:\\x"]];
let same = true;
for (const [text, expected, stated] of cases) {
  const seen = await read(text);
  console.log(`${text}: expected ${expected}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
