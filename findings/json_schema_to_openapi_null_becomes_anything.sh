#!/usr/bin/env bash
set -euo pipefail

# Guess: a schema that allows null alone ({"type": "null"}: a field that must be empty) becomes an OpenAPI 3.0 schema that allows null alone, for which
#   {"enum": [null], "nullable": true} serves, or is refused; and "not null" stays "not null".
# Seen: npm @openapi-contrib/json-schema-to-openapi-schema 4.3.4 writes {"nullable": true}. Without a type, that allows every value, since OpenAPI 3.0 says that
#   nullable adds null to the type that stands beside it. Hence "not null" becomes {"not": {"nullable": true}}, which no value fulfils. Turned back
#   by the package of the same authors and tried with ajv, it is so.
# Cost: a withdrawn field that must be null takes anything; a field for which only null is forbidden takes nothing, so each valid message is refused.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
timeout 900 npm install --no-audit --no-fund --loglevel=error @openapi-contrib/json-schema-to-openapi-schema@4.3.4 @openapi-contrib/openapi-schema-to-json-schema@5.1.0 ajv-draft-04@1.0.0 ajv@8.20.0 >/dev/null
npm ls --depth=0

cat > try.mjs <<'JS'
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { convert } = require("@openapi-contrib/json-schema-to-openapi-schema");
const { openapiSchemaToJsonSchema } = require("@openapi-contrib/openapi-schema-to-json-schema");
const Ajv = require("ajv-draft-04");
const accepted = (schema) => [null, 5, "text"].map((value) => new Ajv({ strict: false }).validate(schema, value));
const cases = [[{ type: "null" }, "true,false,false", "true,true,true"], [{ not: { type: "null" } }, "false,true,true", "false,false,false"]];
let same = true;
for (const [schema, expected, stated] of cases) {
  const before = String(accepted(schema));
  const openapi = await convert(structuredClone(schema));
  const seen = String(accepted(openapiSchemaToJsonSchema(structuredClone(openapi))));
  console.log(`${JSON.stringify(schema)} accepts null, 5, "text": ${before}; as ${JSON.stringify(openapi)} expected ${expected}, seen ${seen}`);
  same &&= before === expected && seen === stated;
}
process.exit(same ? 0 : 1);
JS
timeout 240 node try.mjs || { echo "The behaviour has changed."; exit 1; }
