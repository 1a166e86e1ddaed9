#!/usr/bin/env bash
set -euo pipefail

# Guess: a list's items are checked against "items", and its length against minItems, in what its own text calls "comprehensive JSON Schema validation
#   including type checks, constraints, patterns, enums, and composition rules".
# Seen: PyPI asyncapi-payload-validator 1.0.2 calls a list valid with numbers in place of texts, with objects that lack a required member, and with too few or
#   repeated items; a payload that is a list or a text itself is never looked at. It says valid and reports nothing left out.
# Cost: the contract test is green for events whose answers are all of the wrong type.

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


def answers(**more):
    return {"type": "object", "properties": {"answers": {"type": "array", **more}}}


item = {"type": "object", "required": ["score"], "properties": {"score": {"type": "integer"}}}
cases = {
    "numbers for texts": (answers(items={"type": "string"}), {"answers": [1, 2]}), "a required member missing": (answers(items=item), {"answers": [{"score": 1}, {}]}),
    "too few": (answers(minItems=9), {"answers": [1]}), "the payload is a list": ({"type": "array", "items": {"type": "string"}}, [1]),
}
same = not valid({"type": "object", "properties": {"score": {"type": "integer", "minimum": 1}}}, {"score": 0})
for name, (schema, payload) in cases.items():
    seen, right = valid(schema, payload), Draft7Validator(schema).is_valid(payload)
    print(f"{name}: jsonschema says {right}, expected the same, seen {seen}")
    same &= seen and not right
sys.exit(0 if same else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("asyncapi-payload-validator", "jsonschema",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
