#!/usr/bin/env bash
set -euo pipefail

# Guess: a class that Modelina generates with the option "marshalling" writes the JSON that its schema describes: an object with integers as values
#   (additionalProperties) is in the class a Map<string, number>, and in the JSON an object with the entries of the Map.
# Seen: with npm @asyncapi/modelina 5.10.1 marshal() writes {} for every such property, since JSON.stringify of a Map has no entries; unmarshal() leaves a
#   plain object where the type says Map, so get() is no function. Only a class's own additionalProperties are written out.
# Cost: scores by item, labels or translations leave the service empty, in valid JSON that passes the schema.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @asyncapi/modelina@5.10.1 typescript@5.6.3 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";

const require = createRequire(import.meta.url);
const { TypeScriptGenerator, TS_COMMON_PRESET } = require("@asyncapi/modelina");
const ts = require("typescript");
const generator = new TypeScriptGenerator({ presets: [{ preset: TS_COMMON_PRESET, options: { marshalling: true } }] });
const schema = { $schema: "http://json-schema.org/draft-07/schema#", $id: "Answer", type: "object", additionalProperties: false, properties: { id: { type: "string" }, scores: { type: "object", additionalProperties: { type: "integer" } } } };
const [model] = await generator.generate(schema);
const type = /private _scores\?: (.*);/.exec(model.result)?.[1];
writeFileSync("answer.mjs", ts.transpileModule(model.result, { compilerOptions: { target: "ES2022", module: "ES2022" } }).outputText + "\nexport { Answer };\n");
const { Answer } = await import(new URL("answer.mjs", import.meta.url));
const written = new Answer({ id: "7", scores: new Map([["sleep", 3], ["mood", 1]]) }).marshal();
const read = Answer.unmarshal('{"id": "7", "scores": {"sleep": 3}}').scores instanceof Map;
console.log(`type of scores: ${type}\nexpected: {"id": "7","scores": {"sleep":3,"mood":1}}\nseen:     ${written}\nread back as a Map: ${read}`);
process.exit(type === "Map<string, number>" && written === '{"id": "7","scores": {}}' && !read ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
