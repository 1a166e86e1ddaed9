#!/usr/bin/env bash
set -euo pipefail

# Guess: an enum with null in it (the usual way to say "one of these, or nothing") gives a type that is optional or may be null; true in an enum is the truth
#   value. JSON Schema: the elements of enum "MAY be of any type, including null".
# Seen: npm @asyncapi/modelina 5.10.1 makes members of the enum of them, with the texts 'null' and "true" as their values, in TypeScript and in Python.
# Cost: the type offers a value that no other side knows. Who assigns it sends "null", a text, which the schema refuses, and a null that arrives is equal
#   to no member.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @asyncapi/modelina@5.10.1 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const { TypeScriptGenerator, PythonGenerator } = createRequire(import.meta.url)("@asyncapi/modelina");
const schema = { $schema: "http://json-schema.org/draft-07/schema#", $id: "Answer", type: "object", additionalProperties: false, properties: { state: { enum: ["open", "met", null, true] } } };
let same = true;
for (const generator of [new TypeScriptGenerator(), new PythonGenerator()]) {
  const models = await generator.generate(schema);
  const seen = models.map((model) => model.result).join("\n").split("\n").filter((line) => /^\s+[A-Z_]+ = /.test(line)).map((line) => line.trim());
  console.log(`${generator.constructor.name}: expected open and met as texts, and neither "null" nor "true"\n  seen: ${seen.join(" ")}`);
  same &&= seen.some((line) => /= ["']null["']/.test(line)) && seen.some((line) => /= ["']true["']/.test(line));
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
