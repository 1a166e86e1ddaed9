#!/usr/bin/env bash
set -euo pipefail

# Guess: in binary mode with content type application/json the body is JSON, and each JSON value is parsed as what it is.
# Seen: npm cloudevents 10.0.0 puts quotes around a body that does not begin with { [ or ": the JSON texts 42, true, null and
#   -1.5e3 become the strings "42", "true", "null", "-1.5e3". A body with a line break before its { is refused as bad JSON.
#   The same values in structured mode keep their type.
# Cost: "true" and "false" and "null" are all truthy strings in JavaScript; the type depends on the sender's content mode.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund cloudevents@10.0.0

cat > try.mjs <<'JS'
import { HTTP } from "cloudevents";
const attributes = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/scale", "ce-type": "weight.read" };
const binary = (body) => HTTP.toEvent({ headers: { ...attributes, "content-type": "application/json" }, body }).data;
const structured = (body) => HTTP.toEvent({ headers: { "content-type": "application/cloudevents+json" },
  body: `{"specversion":"1.0","id":"1","source":"/scale","type":"weight.read","datacontenttype":"application/json","data":${body}}` }).data;
let asStated = true;
for (const body of ["42", "true", "-1.5e3"]) {
  console.log(`body ${body}: binary gives ${typeof binary(body)}, structured gives ${typeof structured(body)}`);
  asStated &&= binary(body) === body && structured(body) === JSON.parse(body);
}
for (const body of ["false", "null"]) {
  console.log(`body ${body}: binary gives the ${typeof binary(body)} ${JSON.stringify(binary(body))}`);
  asStated &&= binary(body) === body;
}
let refused = "";
try { binary('\n{"a": 1}'); } catch (error) { refused = error.message; }
console.log(`body with a line break before {: ${refused || "read"}`);
process.exit(asStated && refused ? 0 : 1);
JS
echo "cloudevents $(node -p 'require("./node_modules/cloudevents/package.json").version'), node $(node --version)"
node try.mjs || { echo "The behaviour has changed."; exit 1; }
