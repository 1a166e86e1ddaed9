#!/usr/bin/env bash
set -euo pipefail

# Guess: application/cloudevents+json; charset=UTF-8 is understood: it is the example in the HTTP binding, section 3.2.1, and
#   media types, parameter names and this parameter's value are compared without regard to case (RFC 9110, 8.3.1 and 8.3.2).
# Seen: npm cloudevents 10.0.0 looks the whole header up in a short table of spellings. charset=utf-8 in small letters after one
#   space is known; the specification's own example is refused ("invalid content type"). In binary mode nothing is refused:
#   the data of application/json;charset=UTF-8 or application/problem+json stays a string, not an object.
# Cost: a receiver that works with one sender gets event.data.x === undefined from another, or answers 400 to valid events.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund cloudevents@10.0.0

cat > try.mjs <<'JS'
import { HTTP } from "cloudevents";
const structured = (type) => {
  try { return typeof HTTP.toEvent({ headers: { "content-type": type }, body: '{"specversion":"1.0","id":"1","source":"/s","type":"t","data":{"a":1}}' }).data; }
  catch (error) { return `refused: ${error.message}`; }
};
const binary = (type) => typeof HTTP.toEvent({ headers: { "content-type": type, "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", "ce-type": "t" }, body: '{"a":1}' }).data;
const seen = {};
for (const type of ["application/cloudevents+json", "application/cloudevents+json; charset=utf-8", "application/cloudevents+json; charset=UTF-8", "application/cloudevents+json;charset=utf-8"]) seen[type] = structured(type);
for (const type of ["application/json", "application/json; charset=utf-8", "application/json; charset=UTF-8", "application/json;charset=utf-8", "application/problem+json"]) seen[type] = binary(type);
for (const [type, what] of Object.entries(seen)) console.log(type.padEnd(46), what);
const refused = ["application/cloudevents+json; charset=UTF-8", "application/cloudevents+json;charset=utf-8"];
const text = ["application/json; charset=UTF-8", "application/json;charset=utf-8", "application/problem+json"];
process.exit(Object.entries(seen).every(([type, what]) => refused.includes(type) ? what.startsWith("refused") : what === (text.includes(type) ? "string" : "object")) ? 0 : 1);
JS
echo "cloudevents $(node -p 'require("./node_modules/cloudevents/package.json").version'), node $(node --version)"
node try.mjs || { echo "The behaviour has changed."; exit 1; }
echo "expected: an object in every line."
