#!/usr/bin/env bash
set -euo pipefail

# Guess: a pattern on a pydantic field and the same pattern in the JSON Schema that pydantic publishes let the same texts through.
# Seen: pydantic 2.14.4 uses Rust's regular expressions, where \d, \w, \s and \b are Unicode; JSON Schema says ECMA-262 (Core, 6.4), where \d is 0-9
#   and \w is A-Z, a-z, 0-9 and _. "^\d+$" lets Arabic-Indic digits through in the service and not in a client with npm ajv 8.20.0;
#   "^\w+$" lets "Zoë" through on one side only. int() and many databases then treat the digits differently again.
# Cost: identifiers that one half of a system accepts and stores are refused by the other half when it reads them.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ajv@8.20.0
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check pydantic==2.14.4 2>/dev/null
cat > try.py <<'PY'
import json
from typing import Annotated
from pydantic import StringConstraints, TypeAdapter, ValidationError
rows = []
for pattern, text in ((r"^\d+$", "١٢٣"), (r"^\w+$", "Zoë"), (r"^\d+$", "123")):
    adapter = TypeAdapter(Annotated[str, StringConstraints(pattern=pattern)])
    try:
        adapter.validate_python(text)
        accepted = True
    except ValidationError:
        accepted = False
    rows.append([adapter.json_schema(), text, accepted])
print(json.dumps(rows))
PY
cat > try.mjs <<'JS'
import Ajv from "ajv/dist/2020.js";
import { readFileSync } from "node:fs";
const rows = JSON.parse(readFileSync(0, "utf8")).map(([schema, text, python]) => [schema.pattern, text, python, new Ajv.default().validate(schema, text)]);
for (const [pattern, text, python, js] of rows) console.log(`${pattern} and "${text}": pydantic ${python ? "accepts" : "refuses"}, ajv with pydantic's schema ${js ? "accepts" : "refuses"}`);
process.exit(JSON.stringify(rows.map(([, , python, js]) => [python, js])) === "[[true,false],[true,false],[true,true]]" ? 0 : 1);
JS
echo "ajv $(node -p 'require("./node_modules/ajv/package.json").version'), node $(node --version)"
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("pydantic",)), sep=", ")'
venv/bin/python try.py | node try.mjs || { echo "The behaviour has changed."; exit 1; }
