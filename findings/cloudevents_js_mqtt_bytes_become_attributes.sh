#!/usr/bin/env bash
set -euo pipefail

# Guess: the MQTT binding reads a structured message from the bytes that an MQTT client hands over (mqtt.js: a Buffer), or says
#   that it wants text; called with strict = true it refuses what is no event.
# Seen: npm cloudevents 10.0.0 spreads a Buffer as if it were the parsed event. No error: the event that comes out has a fresh
#   random id, the present time, no source and no type, and one extension attribute for each byte, named 0, 1, 2 ...
# Cost: every event arrives as a new one; deduplication by id, filters and data are lost, and only validate() would tell.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund cloudevents@10.0.0

cat > try.mjs <<'JS'
import { MQTT } from "cloudevents";
const payload = Buffer.from(JSON.stringify({ specversion: "1.0", id: "event-1", source: "/meter", type: "meter.read", data: { value: 7 } }));
const message = (body) => ({ PUBLISH: { "Content Type": "application/cloudevents+json" }, headers: {}, body });
const fromText = MQTT.toEvent(message(payload.toString())), fromBytes = MQTT.toEvent(message(payload), true);
console.log("from text :", fromText.id, fromText.type, JSON.stringify(fromText.data));
console.log("from bytes:", fromBytes.id, fromBytes.type, JSON.stringify(fromBytes.data), "attribute 0 is", fromBytes["0"]);
process.exit(fromText.id === "event-1" && fromBytes.id !== "event-1" && fromBytes.type === undefined && fromBytes["0"] === payload[0] ? 0 : 1);
JS
echo "cloudevents $(node -p 'require("./node_modules/cloudevents/package.json").version'), node $(node --version)"
node try.mjs || { echo "The behaviour has changed."; exit 1; }
echo "expected: the same event twice, or an error for the bytes."
