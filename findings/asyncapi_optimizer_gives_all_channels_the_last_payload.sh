#!/usr/bin/env bash
set -euo pipefail

# Guess: the optimizer "will optimize the AsyncAPI specification file": it moves parts to components and refers to them, and the document means the same
#   afterwards. Two inline payloads that differ get two names.
# Seen: npm @asyncapi/optimizer 2.0.0, with the rules that it has when none are named, moves each inline payload to #/components/schemas/payload, one over
#   the other. All channels end with the payload of the last one, messages of the same name with one message, and a component that had the name
#   before is replaced. The report lists each move and no clash.
# Cost: code and documentation generated from the optimized file describe one event for all channels; the file is valid.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @asyncapi/optimizer@2.0.0 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const { Optimizer } = createRequire(import.meta.url)("@asyncapi/optimizer");
const payloads = { started: { type: "string", format: "uuid" }, scored: { type: "object", properties: { score: { type: "integer", minimum: 1 } } } };
const channels = Object.fromEntries(Object.entries(payloads).map(([name, payload]) => [name, { address: name, messages: { Event: { payload } } }]));
const optimizer = new Optimizer(JSON.stringify({ asyncapi: "3.0.0", info: { title: "t", version: "1" }, channels }));
await optimizer.getReport();
const optimized = JSON.parse(optimizer.getOptimizedDocument({ output: "JSON" }));

function resolve(value) {
  if (Array.isArray(value)) return value.map(resolve);
  if (value === null || typeof value !== "object") return value;
  if (value.$ref) return resolve(value.$ref.slice(2).split("/").reduce((at, key) => at[key], optimized));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
}
const seen = Object.fromEntries(Object.keys(payloads).map((name) => [name, resolve(optimized.channels[name]).messages.Event.payload]));
console.log("expected:", JSON.stringify(payloads), "\nseen:    ", JSON.stringify(seen));
process.exit(JSON.stringify(seen) === JSON.stringify({ started: payloads.scored, scored: payloads.scored }) ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
