#!/usr/bin/env bash
set -euo pipefail

# Guess: "canonical JSON output compliant with RFC 8785", as the README has it, sorts member names as texts (3.2.3: as arrays of UTF-16 code units), so "10" comes before "9".
# Seen: npm canonical-json 0.4.0 makes a new object with its members in order and leaves the writing to JavaScript, which puts names that are whole numbers first, by their value: "9", "10", "-1". npm
#   canonicalize 5.1.0 and PyPI rfc8785 0.1.4 have the RFC's bytes.
# Cost: answers kept under the numbers of their questions have one digest here and another one everywhere else, from the tenth question on: in tests with nine all is well.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error canonical-json@0.4.0 canonicalize@5.1.0 >/dev/null
npm ls --depth=0
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check rfc8785==0.1.4 2>/dev/null
cat > try.mjs <<'JS'
import { execFileSync } from 'node:child_process';
import canonicalJson from 'canonical-json';
import canonicalize from 'canonicalize';

let same = true;
for (const [text, expected, stated] of [
  ['{"9":2,"10":1,"-1":0}', '{"-1":0,"10":1,"9":2}', '{"9":2,"10":1,"-1":0}'],
  ['{"1":4,"2":3,"9":2}', '{"1":4,"2":3,"9":2}', '{"1":4,"2":3,"9":2}'],
]) {
  const seen = canonicalJson(JSON.parse(text));
  const others = [
    canonicalize(JSON.parse(text)),
    execFileSync('venv/bin/python', ['-c', 'import json, rfc8785, sys; sys.stdout.buffer.write(rfc8785.dumps(json.loads(sys.argv[1])))', text], { encoding: 'utf8' }),
  ];
  console.log(`${text}: expected ${expected}, seen ${seen}; canonicalize and rfc8785: ${others.every((other) => other === expected) ? 'as expected' : others}`);
  same &&= seen === stated && others.every((other) => other === expected);
}
process.exit(same ? 0 : 1);
JS
venv/bin/python -c 'from importlib.metadata import version; print("rfc8785", version("rfc8785"))'
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
