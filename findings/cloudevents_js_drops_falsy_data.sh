#!/usr/bin/env bash
set -euo pipefail

# Guess: CloudEvents' JSON format takes any JSON value as "data" (JSON event format, section 3.1), so an event whose data is
#   0, false or "" comes out of the receiver with that data.
# Seen: npm cloudevents 10.0.0 drops the data when it is 0, false, "" or null: event.data is undefined, and a relay that
#   writes the event again sends one without a "data" member. The same events in a batch keep their data.
# Cost: a switch reported "off" or a score of 0 is lost without an error, exactly where the value matters most.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund cloudevents@10.0.0

cat > try.mjs <<'JS'
import { HTTP } from "cloudevents";
const event = (data) => ({ specversion: "1.0", id: "1", source: "/ward/lamp", type: "lamp.reported", datacontenttype: "application/json", data });
const single = (data) => HTTP.toEvent({ headers: { "content-type": "application/cloudevents+json" }, body: JSON.stringify(event(data)) });
const batch = (data) => HTTP.toEvent({ headers: { "content-type": "application/cloudevents-batch+json" }, body: JSON.stringify([event(data)]) })[0];
let asStated = true;
for (const data of [0, false, "", null, 1, true, "off", []]) {
  const relayed = JSON.parse(HTTP.structured(single(data)).body);
  const kept = "data" in relayed;
  console.log(`sent ${JSON.stringify(data)}: one event gives ${JSON.stringify(single(data).data)}, relayed ${kept ? "with" : "WITHOUT"} data; in a batch ${JSON.stringify(batch(data).data)}`);
  if (kept !== Boolean(data)) asStated = false;
  if (JSON.stringify(batch(data).data) !== JSON.stringify(data)) asStated = false;
}
console.log("expected: each value kept. seen as stated:", asStated);
process.exit(asStated ? 0 : 1);
JS
echo "cloudevents $(node -p 'require("./node_modules/cloudevents/package.json").version'), node $(node --version)"
node try.mjs || { echo "The behaviour has changed."; exit 1; }
