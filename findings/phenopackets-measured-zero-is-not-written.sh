#!/usr/bin/env bash
set -euo pipefail
# Guess: GA4GH Phenopackets: Quantity.value is REQUIRED. A measurement of 0 (a score, a blood alcohol) is
#   written with its value 0.
# What happens: phenopackets 2.0.2.post5 with protobuf's own JSON leaves it out, since 0 is the default of the
#   field: the JSON has a unit and no value, and HasField('value') raises. -1 and 1 are written.
# Cost: in JSON 'measured, and zero' looks like 'not measured'; a reader that checks for the required field
#   refuses the packet.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check phenopackets==2.0.2.post5
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(phenopackets) '

cat > check.py <<'PY'
import sys

from google.protobuf.json_format import MessageToDict
from phenopackets import OntologyClass, Quantity

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


unit = OntologyClass(id="UCUM:{score}", label="score")
for value, stated in [(1, {"value": 1.0}), (0, {}), (-1, {"value": -1.0})]:
    written = MessageToDict(Quantity(unit=unit, value=value))
    written.pop("unit")
    look(f"a score of {value}, beside its unit", {"value": float(value)}, stated, written)
try:
    seen = str(Quantity(unit=unit, value=0).HasField("value"))
except ValueError:
    seen = "ValueError"
look("HasField('value')", "True", "ValueError", seen)

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
