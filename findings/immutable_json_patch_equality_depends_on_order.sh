#!/usr/bin/env bash
set -euo pipefail

# Guess: a JSON Patch "test" compares values: two objects are equal if they have the same members, and order says nothing (RFC 6902, 4.6;
#   RFC 8259, 4).
# Seen: npm immutable-json-patch 6.0.3 compares the text that JSON.stringify gives. The same members in another order fail the test, and
#   with it the whole patch: "Test failed, value differs". npm rfc6902 5.4.0 accepts it.
# Cost: a patch with a guard fails for ever where the server's language or database orders members otherwise (PostgreSQL's jsonb does), and
#   the message tells people that somebody else has changed the record.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
timeout 900 npm install --silent --no-audit --no-fund immutable-json-patch@6.0.3 rfc6902@5.4.0
cat > try.mjs <<'JS'
import { immutableJSONPatch } from "immutable-json-patch";
import { applyPatch } from "rfc6902";
const record = { goal: { status: "active", start: "2026-03-01" } };
const results = [];
for (const value of [{ status: "active", start: "2026-03-01" }, { start: "2026-03-01", status: "active" }]) {
  const patch = [{ op: "test", path: "/goal", value }, { op: "replace", path: "/goal/status", value: "completed" }];
  let seen;
  try {
    seen = immutableJSONPatch(record, patch).goal.status;
  } catch (error) {
    seen = error.message;
  }
  const other = structuredClone(record), errors = applyPatch(other, patch);
  results.push(seen, other.goal.status);
  console.log(`test ${JSON.stringify(value)}: immutable-json-patch "${seen}", rfc6902 "${other.goal.status}" ${JSON.stringify(errors)}`);
}
process.exit(results.join("|") === 'completed|completed|Test failed, value differs (path: "/goal")|completed' ? 0 : 1);
JS
echo "immutable-json-patch $(node -p 'require("./node_modules/immutable-json-patch/package.json").version'), rfc6902 $(node -p 'JSON.parse(require("fs").readFileSync("node_modules/rfc6902/package.json")).version'), node $(node --version)"
node try.mjs || { echo "The behaviour has changed."; exit 1; }
echo "expected: completed, four times"
