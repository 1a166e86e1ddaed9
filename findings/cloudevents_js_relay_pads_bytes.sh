#!/usr/bin/env bash
set -euo pipefail

# Guess: a relay that takes a structured event with data_base64 and sends it on in binary mode with fetch() sends the bytes
#   that the base64 stood for (HTTP binding 3.1.2: the data byte sequence is the body).
# Seen: npm cloudevents 10.0.0 holds those bytes as a Uint32Array, one byte in each 32-bit number; fetch() sends the array's
#   memory: four times as long, three zero bytes after each. The same event out of a batch is a Uint8Array and arrives well.
#   (The kind of array is known upstream, issue 643; what a relay then puts on the wire is what is shown here.)
# Cost: every picture, PDF or protobuf that passes through is destroyed, with the right content type and no error.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund cloudevents@10.0.0

cat > try.mjs <<'JS'
import http from "node:http";
import { HTTP } from "cloudevents";
const sent = Buffer.from("%PDF-1.7");
const event = { specversion: "1.0", id: "1", source: "/scanner", type: "page.scanned", datacontenttype: "application/pdf", data_base64: sent.toString("base64") };
const server = http.createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk)).on("end", () => response.end(Buffer.concat(chunks)));
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const relay = async (read) => {
  const { headers, body } = HTTP.binary(read);
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/`, { method: "POST", headers, body });
  return Buffer.from(await answer.arrayBuffer());
};
const single = await relay(HTTP.toEvent({ headers: { "content-type": "application/cloudevents+json" }, body: JSON.stringify(event) }));
const batch = await relay(HTTP.toEvent({ headers: { "content-type": "application/cloudevents-batch+json" }, body: JSON.stringify([event]) })[0]);
server.close();
console.log(`sent           ${sent.length} bytes ${sent.toString("hex")}`);
console.log(`one event      ${single.length} bytes ${single.toString("hex")}`);
console.log(`out of a batch ${batch.length} bytes ${batch.toString("hex")}`);
process.exit(single.length === 4 * sent.length && batch.equals(sent) ? 0 : 1);
JS
echo "cloudevents $(node -p 'require("./node_modules/cloudevents/package.json").version'), node $(node --version)"
node try.mjs || { echo "The behaviour has changed."; exit 1; }
echo "expected: the same bytes three times."
