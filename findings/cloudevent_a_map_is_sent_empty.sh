#!/usr/bin/env bash
set -euo pipefail

# Guess: the data of an event may be a Map or a Set: the class says so of its argument ("an object, but could be even a Map or a Set"). A Map is sent as a JSON object, a Set as an array; or both are refused.
# Seen: npm cloudevent 0.10.0 copies the data with { ...data }, which takes nothing out of a Map or a Set. The event is valid, also in strict mode, and its data is {}. Numbers, lists and plain objects
#   arrive as they were.
# Cost: the event is there with its id and type, and what happened is not in it; the sender has no error to notice it by.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error cloudevent@0.10.0 >/dev/null
npm ls --depth=0

cat > try.cjs <<'JS'
"use strict";
const { CloudEvent } = require("cloudevent");
const cases = [
  [{ steps: 4 }, { steps: 4 }, { steps: 4 }], [[1, 2], [1, 2], [1, 2]],
  [new Map([["steps", 4]]), { steps: 4 }, {}], [new Set(["walk"]), ["walk"], {}],
];
let same = true;
for (const [data, expected, stated] of cases) {
  const event = new CloudEvent("1", "org.example.walked", "/people/1", data, { strict: true }, { kind: "test" });
  const errors = CloudEvent.validateEvent(event, { strict: true });
  const seen = JSON.stringify(JSON.parse(CloudEvent.serializeEvent(event)).data);
  console.log(data, `expected ${JSON.stringify(expected)}, seen ${seen}, errors ${errors.length}`);
  same &&= seen === JSON.stringify(stated) && errors.length === 0;
}
process.exit(same ? 0 : 1);
JS
timeout 60 node try.cjs || { echo "The behaviour has changed."; exit 1; }
