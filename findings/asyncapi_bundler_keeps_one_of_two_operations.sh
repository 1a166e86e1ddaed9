#!/usr/bin/env bash
set -euo pipefail

# Guess: bundling the documents of two services into one keeps what both say; where they use one name for two things, an error or a new name says so. Channels
#   of one name are merged: the messages of both are there.
# Seen: npm @asyncapi/bundler 1.0.2 merges the channels, and of two operations of one name keeps the last: "send" of the first service, action send, is gone
#   and the second's, action receive, is there. Two schemas of one name are treated alike. The title and version are the last one's too.
# Cost: which service sends is lost from the bundle, and it depends on the order of the files which; operation names like send or publish are common.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @asyncapi/bundler@1.0.2 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const required = createRequire(import.meta.url)("@asyncapi/bundler");
const bundle = required.default ?? required;
const service = (title, action, message, type) => ({
  asyncapi: "3.0.0", info: { title, version: "1.0.0" }, channels: { goals: { address: "goals", messages: { [message]: { payload: { $ref: "#/components/schemas/Id" } } } } },
  operations: { send: { action, channel: { $ref: "#/channels/goals" } } }, components: { schemas: { Id: { type } } },
});
writeFileSync("one.yaml", JSON.stringify(service("One", "send", "Set", "string")));
writeFileSync("two.yaml", JSON.stringify(service("Two", "receive", "Met", "integer")));
const look = async (files) => {
  const document = (await bundle(files, {})).json();
  return { messages: Object.keys(document.channels.goals.messages).sort(), actions: Object.values(document.operations).map((operation) => operation.action), Id: document.components.schemas.Id.type };
};
const forward = await look(["one.yaml", "two.yaml"]), backward = await look(["two.yaml", "one.yaml"]);
console.log("expected: both messages and both actions, or an error\nseen:", forward, "\nin the other order:", backward);
const stated = [{ messages: ["Met", "Set"], actions: ["receive"], Id: "integer" }, { messages: ["Met", "Set"], actions: ["send"], Id: "string" }];
process.exit(JSON.stringify([forward, backward]) === JSON.stringify(stated) ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
