#!/usr/bin/env bash
set -euo pipefail

# Guess: in Avro a type that is defined inside a record of namespace x is x.Dose, and inside that record the names Dose and x.Dose both mean it: without one of its
#   own "the namespace is taken from the most tightly enclosing named schema".
# Seen: npm @asyncapi/avro-schema-parser 3.1.0 knows a type only by the name that its definition spells out. With the namespace inherited, x.Dose becomes the
#   empty schema, which allows anything; with the namespace written at the type, Dose does. No diagnostic says so.
# Cost: examples, documentation and validation made from the document let any value pass where others see a record.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @asyncapi/parser@3.6.6 @asyncapi/avro-schema-parser@3.1.0 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { Parser } = require("@asyncapi/parser");
const { AvroSchemaParser } = require("@asyncapi/avro-schema-parser");
const parser = new Parser();
parser.registerSchemaParser(AvroSchemaParser());
async function look(more) {
  const dose = { type: "record", name: "Dose", ...more, fields: [{ name: "mg", type: "int" }] };
  const schema = { type: "record", name: "Plan", namespace: "x", fields: [{ name: "first", type: dose }, { name: "short", type: "Dose" }, { name: "full", type: "x.Dose" }] };
  const payload = { schemaFormat: "application/vnd.apache.avro;version=1.9.0", schema };
  const { document, diagnostics } = await parser.parse({ asyncapi: "3.0.0", info: { title: "t", version: "1" }, channels: { a: { address: "a", messages: { M: { payload } } } } });
  const { properties } = document.json().channels.a.messages.M.payload.schema;
  const kind = (field) => properties[field].type ?? "anything";
  return [kind("short"), kind("full"), diagnostics.filter((one) => /dose/i.test(one.message)).length].join(", ");
}
const inherited = await look({}), written = await look({ namespace: "x" });
console.log(`(Dose, x.Dose, diagnostics)\nnamespace inherited: expected object, object, 0; seen ${inherited}\nnamespace written:   expected object, object, 0; seen ${written}`);
process.exit(inherited === "object, anything, 0" && written === "anything, object, 0" ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
