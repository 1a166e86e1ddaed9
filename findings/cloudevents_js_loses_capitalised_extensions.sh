#!/usr/bin/env bash
set -euo pipefail

# Guess: header names are compared without regard to case (HTTP binding 3.1.3.1), so a message whose header names came with
#   capitals (HTTP/1.1 as written by the sender, an API gateway's event, NATS headers, which keep their case) is read whole.
# Seen: npm cloudevents 10.0.0 finds the standard attributes in any case, but takes extensions only from names that begin with
#   a small "ce-". Ce-Traceparent, Ce-Partitionkey and the like are gone; the event is valid and nothing is said.
# Cost: tracing, partitioning, sequence and expiry extensions vanish on some paths only; the standard attributes hide it.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund cloudevents@10.0.0

cat > try.mjs <<'JS'
import { HTTP } from "cloudevents";
const small = { "content-type": "application/json", "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", "ce-type": "t", "ce-subject": "x", "ce-partitionkey": "ward-3" };
const capital = Object.fromEntries(Object.entries(small).map(([name, value]) => [name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()), value]));
const read = (headers) => HTTP.toEvent({ headers, body: "{}" });
console.log("headers", Object.keys(small).join(" "), "-> subject", read(small).subject, "partitionkey", read(small).partitionkey);
console.log("headers", Object.keys(capital).join(" "), "-> subject", read(capital).subject, "partitionkey", read(capital).partitionkey);
process.exit(read(small).partitionkey === "ward-3" && read(capital).subject === "x" && read(capital).partitionkey === undefined ? 0 : 1);
JS
echo "cloudevents $(node -p 'require("./node_modules/cloudevents/package.json").version'), node $(node --version)"
node try.mjs || { echo "The behaviour has changed."; exit 1; }
echo "expected: the same event twice."
