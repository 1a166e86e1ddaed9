#!/usr/bin/env bash
set -euo pipefail

# Guess: patternProperties says something of the members whose names match; all others are free. JSON Schema: validation succeeds if each value "for each
#   instance name that matches any regular expressions" is valid. And a member that is required is required, also where "properties" does not name it.
# Seen: npm json-schema-to-zod 2.8.1 makes z.record(z.string(), z.string()) of a pattern for names with x- that are texts, so that a number under another
#   name is refused. Of "required" it keeps what "properties" names: {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, "one of the two", becomes a
#   choice of anything or anything.
# Cost: valid events are refused at one service and invalid ones let in, while both say that they use the same schema.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error json-schema-to-zod@2.8.1 zod@4.6.7 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { jsonSchemaToZod } from "json-schema-to-zod";
import { z } from "zod";

const accepts = (schema, value) => new Function("z", `return ${jsonSchemaToZod(schema)}`)(z).safeParse(value).success;
const either = { type: "object", properties: { a: {}, b: {} }, anyOf: [{ required: ["a"] }, { required: ["b"] }] };
const cases = [
  [{ type: "object", patternProperties: { "^x-": { type: "string" } } }, { "x-note": "text", score: 3 }, true, false],
  [either, {}, false, true], [{ type: "object", properties: { a: {} }, required: ["b"] }, { a: 1 }, false, true],
];
let same = true;
for (const [schema, value, expected, stated] of cases) {
  const seen = accepts(schema, value);
  console.log(`${JSON.stringify(schema)} with ${JSON.stringify(value)}: expected ${expected}, seen ${seen}`);
  same &&= seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
