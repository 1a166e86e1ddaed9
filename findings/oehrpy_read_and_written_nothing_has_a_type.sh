#!/usr/bin/env bash
set -euo pipefail

# Guess: openEHR's canonical JSON names the type of each value in _type, as ELEMENT.value may be any data value; from_canonical and then
#   to_canonical keep it. The docstring: "recursively in any nested objects".
# Seen: PyPI oehrpy 0.17.0 keeps the outermost _type alone and adds a member "type", which openEHR does not know. A date, a text and a
#   duration are one and the same then, a coded text is told from a text by its members only, and what was read cannot be read as a value
#   again. Nothing is raised.
# Cost: a composition that a service reads, changes in one place and writes back has no value that a server can store by its type.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check oehrpy==0.17.0 2>/dev/null
cat > try.py <<'PY'
import copy
import sys
from importlib.metadata import version

from oehrpy.serialization import from_canonical, to_canonical

print("oehrpy", version("oehrpy"))
same = True
for value in (
    {"_type": "DV_DATE", "value": "2026-03-01"}, {"_type": "DV_TEXT", "value": "2026-03-01"}, {"_type": "DV_COUNT", "magnitude": 0},
    {"_type": "DV_QUANTITY", "magnitude": 5.0, "units": "mg"},
):
    element = {"_type": "ELEMENT", "archetype_node_id": "at0001", "name": {"_type": "DV_TEXT", "value": "answer"}, "value": value}
    written = to_canonical(from_canonical(copy.deepcopy(element)))
    added = {name: member for name, member in written.items() if name not in element}
    stated = {name: member for name, member in value.items() if name != "_type"}
    print(f"value: expected {value}, seen {written['value']}; members added: expected none, seen {added}")
    same = same and written["value"] == stated and written["name"] == {"value": "answer"} and added == {"type": "ELEMENT"}
sys.exit(0 if same else 1)
PY
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
