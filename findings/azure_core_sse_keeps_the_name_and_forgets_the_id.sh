#!/usr/bin/env bash
set -euo pipefail

# Guess: a blank line ends an event and its name ("set the data buffer and the event type buffer to the empty string", also where there was no data), while the
#   id goes on: an event without an id has the last one of the stream, with which a client reconnects.
# Seen: in npm @azure/core-sse 2.4.0 it is the other way round. The name of an event without data goes to the next event, and an event without an id has "".
# Cost: after a heartbeat written as "event: ping" alone, the next score is handled as a ping; and a consumer that stores the id of the last event
#   stores nothing, and begins at the start when it reconnects.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @azure/core-sse@2.4.0 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createSseStream } from "@azure/core-sse";

async function read(text) {
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });
  const events = [];
  for await (const { data, event, id } of createSseStream(stream)) events.push([event, id, data].join("|"));
  return events.join(" ");
}
const name = await read("event: ping\n\ndata: score\n\n"), id = await read("id: 7\ndata: a\n\ndata: b\n\n"), both = await read("event: ping\ndata: a\n\ndata: b\n\n");
console.log(`(event|id|data)\nname without data: expected ||score (or message||score), seen ${name}\nid:                expected |7|a |7|b, seen ${id}\nname with data:    expected ping||a ||b, seen ${both}`);
process.exit(name === "ping||score" && id === "|7|a ||b" && both === "ping||a ||b" ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
