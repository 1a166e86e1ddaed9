#!/usr/bin/env bash
set -euo pipefail

# Guess: a schema with goalId and goal_id (the old and the new name of a field, side by side for a while) gives a class with two fields, or an error.
#   Modelina keeps names apart that it would make alike otherwise, by writing "reserved" before one of them.
# Seen: npm @asyncapi/modelina 5.10.1 makes one field of them, with the type of the second, in TypeScript, in plain Python and with pydantic. That goalId is a
#   required string is gone without a warning.
# Cost: the consumer drops the field that all senders of today write, and takes the absence of a required one for valid.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @asyncapi/modelina@5.10.1 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const { PythonGenerator, PYTHON_PYDANTIC_PRESET, TypeScriptGenerator } = createRequire(import.meta.url)("@asyncapi/modelina");
const schema = { $schema: "http://json-schema.org/draft-07/schema#", $id: "Goal", type: "object", additionalProperties: false, required: ["goalId"], properties: { goalId: { type: "string" }, goal_id: { type: "integer" } } };
const generators = { typescript: new TypeScriptGenerator({ modelType: "interface" }), python: new PythonGenerator(), pydantic: new PythonGenerator({ presets: [PYTHON_PYDANTIC_PRESET] }) };
console.log("expected: two fields, a required string and an integer");
let same = true;
for (const [name, generator] of Object.entries(generators)) {
  const code = (await generator.generate(schema)).map((model) => model.result).join("\n");
  const fields = new Set(code.match(/goal_?Id\??: \w+;|self\._goal_id: \w+|goal_id: Optional\[\w+\]/gi));
  console.log(`seen in ${name}: ${[...fields].join(", ")}`);
  same &&= fields.size === 1 && !/\bstr(ing)?\b/.test(code);
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
