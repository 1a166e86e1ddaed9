#!/usr/bin/env bash
set -euo pipefail

# Guess: in a JSON Pointer "-" means the place after the last element only where the value is an array; in an object it is the member of
#   that name (RFC 6901, 4).
# Seen: npm immutable-json-patch 6.0.3 turns "-" into the length of whatever it stands in. An object has none, so "add /answers/-" makes a
#   member named "undefined"; "replace" and "remove" of a member "-" change nothing and raise nothing. npm rfc6902 5.4.0 does all three.
# Cost: objects with keys from outside (an answer coded "-", a unit or a ward without a name) get a member that nobody asked for, and what
#   should have been removed stays.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
timeout 900 npm install --silent --no-audit --no-fund immutable-json-patch@6.0.3 rfc6902@5.4.0
cat > try.mjs <<'JS'
import { immutableJSONPatch } from "immutable-json-patch";
import { applyPatch } from "rfc6902";
const results = [];
for (const [record, operation] of [
  [{ answers: { "+": 4 } }, { op: "add", path: "/answers/-", value: 3 }],
  [{ answers: { "-": 3 } }, { op: "replace", path: "/answers/-", value: 5 }],
  [{ answers: { "-": 3 } }, { op: "remove", path: "/answers/-" }],
]) {
  const seen = JSON.stringify(immutableJSONPatch(record, [operation]));
  const other = structuredClone(record);
  applyPatch(other, [operation]);
  results.push(seen);
  console.log(`${JSON.stringify(operation)} on ${JSON.stringify(record)}: ${seen}, expected ${JSON.stringify(other)}`);
}
process.exit(results.join() === '{"answers":{"+":4,"undefined":3}},{"answers":{"-":3}},{"answers":{"-":3}}' ? 0 : 1);
JS
echo "immutable-json-patch $(node -p 'require("./node_modules/immutable-json-patch/package.json").version'), rfc6902 $(node -p 'JSON.parse(require("fs").readFileSync("node_modules/rfc6902/package.json")).version'), node $(node --version)"
node try.mjs || { echo "The behaviour has changed."; exit 1; }
