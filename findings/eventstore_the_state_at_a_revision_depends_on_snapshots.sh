#!/usr/bin/env bash
set -euo pipefail

# Guess: a snapshot only saves time. getFromSnapshot(query, revMax) gives a snapshot and the events behind it which together are what the
#   events alone up to that "maximum revision number" are.
# Seen: in npm eventstore 1.15.5 (store in memory) revMax itself is left out of the events and let in as a snapshot: up to 2 the events are
#   0 and 1; once there is a snapshot of revision 2 the same question answers with that one, so the state of 2. With several snapshots the
#   oldest is taken. With revMax left out all is as guessed.
# Cost: "what did the plan say at revision 2" has one answer before the nightly job that makes snapshots and another after it.

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
await call("init");
for (const type of ["set", "revised", "achieved", "reopened"]) {
  const [stream] = await call("getEventStream", goal);
  stream.addEvent({ type });
  await new Promise((resolve, reject) => stream.commit((error) => (error ? reject(error) : resolve())));
}
async function upTo(...revision) {
  const [snapshot, stream] = await call("getFromSnapshot", goal, ...revision);
  return `snapshot ${snapshot?.revision ?? "none"}, events ${stream.events.map((event) => event.streamRevision).join(" ") || "none"}`;
}
async function snap(revision) {
  await call("createSnapshot", { ...goal, revision, version: 1, data: {} });
  for (const made = Date.now(); Date.now() === made; );
}
const results = [["up to 2, no snapshot", "snapshot none, events 0 1 2", "snapshot none, events 0 1", await upTo(2)]];
await snap(0);
results.push(["up to 2, snapshot of 0", "snapshot 0, events 1 2", "snapshot 0, events 1", await upTo(2)]);
await snap(2);
results.push(["up to 3, snapshots of 0 and 2", "snapshot 2, events 3", "snapshot 0, events 1 2", await upTo(3)]);
store.store.snapshots = {};
await snap(2);
results.push(["up to 2, snapshot of 2", "snapshot 2, events none", "snapshot 2, events none", await upTo(2)]);
results.push(["to the end, snapshot of 2", "snapshot 2, events 3", "snapshot 2, events 3", await upTo()]);
let same = true;
for (const [name, expected, stated, seen] of results) {
  console.log(`${name}: expected ${expected}; seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
