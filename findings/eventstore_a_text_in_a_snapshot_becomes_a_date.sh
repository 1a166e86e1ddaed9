#!/usr/bin/env bash
set -euo pipefail

# Guess: a snapshot holds the data that it was given; a text is a text, as it is in the events.
# Seen: npm eventstore 1.15.5 (store in memory) reads snapshots back so that every text that looks like a moment is a Date. The very same
#   member of an event stays a text. A day without a time stays one too, and a moment with an offset that is no Z as well; of "…00:00Z" a
#   reader gets "…00:00.000Z".
# Cost: a state that comes from a snapshot is not the state that comes from the events: a text that a person has typed is compared with ===,
#   shown in the host's time zone, or written with other characters, only for aggregates that are old enough to have a snapshot.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error eventstore@1.15.5 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const store = createRequire(import.meta.url)("eventstore")();
const call = (method, ...args) => new Promise((resolve, reject) => store[method](...args, (error, ...values) => (error ? reject(error) : resolve(values))));
const goal = { aggregateId: "1", aggregate: "goal" };
const texts = { moment: "2026-03-01T08:00:00Z", offset: "2026-03-01T08:00:00+01:00", day: "2026-03-01" };
await call("init");
const [stream] = await call("getEventStream", goal);
stream.addEvent(texts);
await new Promise((resolve, reject) => stream.commit((error) => (error ? reject(error) : resolve())));
const [[event]] = await call("getEvents", goal);
await call("createSnapshot", { ...goal, revision: 0, version: 1, data: texts });
const [snapshot] = await call("getFromSnapshot", goal);
const tell = (value) => (value instanceof Date ? `Date ${value.toISOString()}` : `text ${value}`);
const stated = { moment: "Date 2026-03-01T08:00:00.000Z", offset: "text 2026-03-01T08:00:00+01:00", day: "text 2026-03-01" };
let same = true;
for (const [name, text] of Object.entries(texts)) {
  console.log(`${name}: expected text ${text}, seen in the event ${tell(event.payload[name])}, in the snapshot ${tell(snapshot.data[name])}`);
  same &&= tell(event.payload[name]) === `text ${text}` && tell(snapshot.data[name]) === stated[name];
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
