#!/usr/bin/env bash
set -euo pipefail

# Guess: serialize() of an object gives JSON. A member that is undefined is left out, as by JSON.stringify(), whose rules canonical JSON (RFC 8785) builds on.
# Seen: npm json-canon 1.0.1 leaves the member out and its comma in, if its name is the first in the alphabet: {"after":undefined,"before":1} is {,"before":1}, which nobody can parse. If the name sorts
#   later, all is well. There is no error. npm canonicalize 5.1.0 has {"before":1}.
# Cost: an optional field decides by its name whether the signed text of a record can be read again; one more field, or another name, breaks archived records long after they were signed.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error json-canon@1.0.1 canonicalize@5.1.0 >/dev/null
npm ls --depth=0
cat > try.mjs <<'JS'
import serialize from 'json-canon';
import canonicalize from 'canonicalize';

let same = true;
for (const [value, stated] of [
  [{ after: undefined, before: 1 }, '{,"before":1}'],
  [[{ goal: 'walk', due: undefined }], '[{,"goal":"walk"}]'],
  [{ goal: 'walk', when: undefined }, '{"goal":"walk"}'],
]) {
  const [expected, seen, other] = [JSON.stringify(value), serialize(value), canonicalize(value)];
  let read = 'can be read';
  try { JSON.parse(seen); } catch { read = 'cannot be read'; }
  console.log(`expected ${expected}, seen ${seen}, which ${read}; canonicalize: ${other}`);
  same &&= seen === stated && other === expected;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
