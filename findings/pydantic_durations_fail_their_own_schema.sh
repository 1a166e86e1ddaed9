#!/usr/bin/env bash
set -euo pipefail

# Guess: what pydantic writes for a timedelta is valid against the JSON Schema that pydantic gives for it (type string, format duration).
# Seen: JSON Schema's duration is the grammar of RFC 3339, appendix A: no fractions, no sign, and no unit may be skipped between two that
#   are there. pydantic 2.14.4 writes PT1.5S, -P1D, P1Y35D and PT1H2S. jsonschema-rs 0.61.2, which keeps to the grammar, refuses all four;
#   npm ajv 8.20.0 with ajv-formats 3.0.1 refuses the first two; PyPI jsonschema 4.26.0 (with isoduration) takes all.
# Cost: a client that checks answers against the published schema refuses some of them: those with half seconds, or one hour and two
#   seconds.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ajv@8.20.0 ajv-formats@3.0.1
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check pydantic==2.14.4 jsonschema-rs==0.61.2 "jsonschema[format]==4.26.0" 2>/dev/null
cat > try.py <<'PY'
import datetime as dt, json, jsonschema, jsonschema_rs
from pydantic import TypeAdapter
adapter = TypeAdapter(dt.timedelta)
schema = adapter.json_schema(mode="serialization")
strict = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
other = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
spans = [dt.timedelta(seconds=1.5), dt.timedelta(days=-1), dt.timedelta(days=400), dt.timedelta(hours=1, seconds=2), dt.timedelta(minutes=90)]
rows = [(text, strict.is_valid(text), other.is_valid(text)) for text in (json.loads(adapter.dump_json(span)) for span in spans)]
print(json.dumps({"schema": schema, "rows": rows}))
PY
cat > try.mjs <<'JS'
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { readFileSync } from "node:fs";
const { schema, rows } = JSON.parse(readFileSync(0, "utf8"));
const ajv = new Ajv.default();
addFormats.default(ajv);
const valid = ajv.compile(schema);
const word = (flag) => (flag ? "valid" : "refused");
console.log("schema:", JSON.stringify(schema));
const all = rows.map(([text, rust, python]) => [text, rust, valid(text), python]);
for (const [text, rust, js, python] of all) console.log(text.padEnd(9), "jsonschema-rs", word(rust), "| ajv", word(js), "| jsonschema", word(python));
const expected = [["PT1.5S", false, false], ["-P1D", false, false], ["P1Y35D", false, true], ["PT1H2S", false, true], ["PT1H30M", true, true]];
process.exit(expected.every(([text, rust, js], i) => all[i][0] === text && all[i][1] === rust && all[i][2] === js) ? 0 : 1);
JS
echo "ajv $(node -p 'require("./node_modules/ajv/package.json").version'), ajv-formats $(node -p 'require("./node_modules/ajv-formats/package.json").version'), node $(node --version)"
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("pydantic", "jsonschema-rs", "jsonschema")), sep=", ")'
venv/bin/python try.py | node try.mjs || { echo "The behaviour has changed."; exit 1; }
