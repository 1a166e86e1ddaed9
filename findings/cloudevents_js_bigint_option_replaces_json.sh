#!/usr/bin/env bash
set -euo pipefail

# Guess: CE_USE_BIG_INT=true (README, "A note about big integers") makes the SDK parse its events with json-bigint.
# Seen: npm cloudevents 10.0.0 assigns json-bigint to the global JSON at the first event it reads: from then on every JSON.parse
#   of the process, in every library, gives BigInt for long numbers and objects without a prototype.
# Cost: the first event that arrives changes unrelated code: arithmetic on a long number throws, value.hasOwnProperty is no
#   function, JSON.parse(text) instanceof Object is false. Before the first event all tests pass.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund cloudevents@10.0.0

cat > try.mjs <<'JS'
import { HTTP } from "cloudevents";
const unrelated = () => { const read = JSON.parse('{"id": 12345678901234567890}'); return `${typeof read.id}, ${read instanceof Object ? "an Object" : "no Object"}`; };
const own = JSON, before = unrelated();
HTTP.toEvent({ headers: { "content-type": "application/cloudevents+json" }, body: '{"specversion":"1.0","id":"1","source":"/s","type":"t"}' });
const after = unrelated();
console.log("JSON.parse elsewhere, before the first event:", before);
console.log("JSON.parse elsewhere, after it:              ", after, "| the global JSON is the same object:", JSON === own);
process.exit(before === "number, an Object" && after === "bigint, no Object" && JSON !== own ? 0 : 1);
JS
echo "cloudevents $(node -p 'require("./node_modules/cloudevents/package.json").version'), node $(node --version)"
CE_USE_BIG_INT=true node try.mjs || { echo "The behaviour has changed."; exit 1; }
