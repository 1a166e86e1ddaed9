#!/usr/bin/env bash
set -euo pipefail
# Guess: set() and build() write a text so that it reads as the same text: the library puts the delimiters between
#   fields and components itself, and one within a text is written as an escape sequence (HL7 v2, 2.7).
# What happens: hl7-standard 1.0.4 writes it as it is. A note with "|" ends there and its rest is the next field,
#   and "^" makes components of it. Escape sequences are not undone either: "\T\" stays.
# Cost: notes typed by people are cut, and their rest lands in the fields for units, ranges and flags.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error hl7-standard@1.0.4
npm ls --depth=0

cat > check.cjs <<'JS'
const HL7 = require('hl7-standard');

let changed = false;
function look(what, expected, stated, seen) {
  console.log(`${what}\n  expected: ${expected}\n  seen:     ${seen}`);
  if (seen !== stated) changed = true;
}
function read(text) {
  const message = new HL7(text);
  message.transform();
  return message;
}

const start = 'MSH|^~\\&|A|B|C|D|20260302100000||ORU^R01|1|P|2.5\rOBX|1|TX|note||empty|||||F';
for (const [note, stated] of [
  ['no answer', 'no answer, units: '],
  ['phoned | no answer', 'phoned , units:  no answer'],
  ['score 5^see letter', '{"OBX.5.1":"score 5","OBX.5.2":"see letter"}, units: '],
]) {
  const message = read(start);
  message.set('OBX.5', note);
  const other = read(message.build());
  const value = other.get('OBX.5');
  look(note, `${note}, units: `, stated, `${typeof value === 'string' ? value : JSON.stringify(value)}, units: ${other.get('OBX.6')}`);
}
look('O\\T\\Neil', 'O&Neil', 'O\\T\\Neil', read(start.replace('empty', 'O\\T\\Neil')).get('OBX.5'));

if (changed) {
  console.error('The behaviour is no longer as this finding states it.');
  process.exit(1);
}
JS
timeout 240 node check.cjs
