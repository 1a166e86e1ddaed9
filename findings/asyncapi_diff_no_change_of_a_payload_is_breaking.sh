#!/usr/bin/env bash
set -euo pipefail

# Guess: breaking() lists what breaks a consumer: a required field that is gone, another type, an enum value less. Its README promises "explicit information
#   about the changes you make to your AsyncAPI files, such as breaking, non-breaking and unclassified changes".
# Seen: for npm @asyncapi/diff 0.5.0 none of these is breaking: whatever happens inside a payload is "unclassified", in the same list as a comma in a
#   description. A server's new host name and a default content type that is written out (application/json) are breaking.
# Cost: a CI job that stops on breaking() lets the deletion of a required field pass, and stops when somebody states what was so anyway.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @asyncapi/diff@0.5.0 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const { diff } = createRequire(import.meta.url)("@asyncapi/diff");
const schema = { type: "object", required: ["id"], properties: { id: { type: "string" }, state: { enum: ["open", "met"] } } };
const build = (payload, more = {}) => ({ asyncapi: "3.0.0", info: { title: "t", version: "1" }, channels: { goals: { address: "goals", messages: { Set: { payload } } } }, ...more });
const changed = (change) => { const copy = structuredClone(schema); change(copy); return build(copy); };
const cases = {
  "required field removed": [changed((s) => { delete s.properties.id; s.required = []; }), true, false],
  "string becomes integer": [changed((s) => { s.properties.id.type = "integer"; }), true, false],
  "enum value removed": [changed((s) => { s.properties.state.enum = ["open"]; }), true, false],
  "another field required": [changed((s) => { s.required.push("state"); }), true, false],
  "JSON named as the default content type": [build(schema, { defaultContentType: "application/json" }), false, true],
};
let same = true;
for (const [name, [after, expected, stated]] of Object.entries(cases)) {
  const seen = diff(build(schema), after).breaking().length > 0;
  console.log(`${name}: breaking expected ${expected}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
