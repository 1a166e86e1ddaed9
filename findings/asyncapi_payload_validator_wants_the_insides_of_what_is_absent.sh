#!/usr/bin/env bash
set -euo pipefail

# Guess: a payload that is valid by its JSON Schema passes: an optional object may be absent, whatever it requires of its own members, and a pattern may match
#   anywhere in a text (JSON Schema: "regular expressions are not implicitly anchored"). Its own text calls it "comprehensive JSON Schema validation".
# Seen: PyPI asyncapi-payload-validator 1.0.2 reports the inner members of an absent optional object as missing, refuses a text in which the pattern does not
#   match from the start, and refuses 1.0 as an integer. jsonschema 4.26.0 takes all three.
# Cost: valid events fail the contract test, and are mended by sending empty objects or by loosening the schema.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check asyncapi-payload-validator==1.0.2 jsonschema==4.26.0 2>/dev/null
cat > try.py <<'PY'
import sys

from asyncapi_payload_validator import validate_payload
from jsonschema import Draft7Validator


def valid(schema, payload):
    message = {"payload": schema}
    document = {"asyncapi": "3.0.0", "info": {"title": "t", "version": "1"}, "channels": {"a": {"address": "a", "messages": {"M": message}}}, "components": {"messages": {"M": message}}}
    return validate_payload(payload, document)["valid"]


def shape(**properties):
    return {"type": "object", "properties": properties}


inner = {"type": "object", "required": ["mg"], "properties": {"mg": {"type": "integer"}}}
cases = {
    "all there": (shape(id={"type": "string"}, dose=inner), {"id": "x", "dose": {"mg": 5}}, True),
    "optional object absent": (shape(id={"type": "string"}, dose=inner), {"id": "x"}, False),
    "pattern in the middle": (shape(id={"type": "string", "pattern": "b"}), {"id": "abc"}, False),
    "1.0 as an integer": (shape(n={"type": "integer"}), {"n": 1.0}, False),
}
same = True
for name, (schema, payload, stated) in cases.items():
    seen, right = valid(schema, payload), Draft7Validator(schema).is_valid(payload)
    print(f"{name}: jsonschema says {right}, expected the same, seen {seen}")
    same &= right and seen == stated
sys.exit(0 if same else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("asyncapi-payload-validator", "jsonschema",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
