#!/usr/bin/env bash
set -euo pipefail

# Guess: reading changes nothing. readAllBackwards() and readStreamBackwards() of LocalEventSource, the event store in memory of npm
#   @acuris/eventstore-api, give the events from last to first; whoever reads forwards afterwards gets them as they were written.
# Seen: in 3.0.0 a read backwards turns the store itself round. From then on a read forwards gives the last event first, the "latest" event
#   of a stream is its first one, and what is written next stands behind the oldest. A second read backwards turns it round again, so that
#   which order a reader gets depends on how often somebody has looked. Positions and event numbers stay with their events; nothing is
#   refused.
# Cost: a test that looks at the last event before it replays folds the history backwards: an achieved goal is "set" again, and a follower
#   that remembers the position of the last event it was given remembers the first one.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @acuris/eventstore-api@3.0.0 rxjs@7.8.2 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { LocalEventSource } = require("@acuris/eventstore-api");
const { lastValueFrom, toArray } = require("rxjs");
const store = new LocalEventSource();
const goal = { category: "goal", id: "1" };
const names = async (events) => (await lastValueFrom(events.pipe(toArray()))).map((each) => `${each.event.type}@${each.position}`).join(" ");

await store.streamWriter.write(goal, ["set", "revised", "achieved"].map((type) => ({ type, data: {} })));
const forwards = () => names(store.storeReader.readAllForwards());
const latest = () => names(store.streamReader.readLatestEvent(goal));
const results = [["forwards", "set@0 revised@1 achieved@2", "set@0 revised@1 achieved@2", await forwards()], ["latest", "achieved@2", "achieved@2", await latest()]];
results.push(["backwards", "achieved@2 revised@1 set@0", "achieved@2 revised@1 set@0", await names(store.storeReader.readAllBackwards())]);
results.push(["forwards again", "set@0 revised@1 achieved@2", "achieved@2 revised@1 set@0", await forwards()]);
results.push(["latest again", "achieved@2", "set@0", await latest()]);
await store.streamWriter.write(goal, [{ type: "reopened", data: {} }], 2);
results.push(["forwards after another event", "set@0 revised@1 achieved@2 reopened@3", "achieved@2 revised@1 set@0 reopened@3", await forwards()]);
let same = true;
for (const [name, expected, stated, seen] of results) {
  console.log(`${name}: expected ${expected}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
