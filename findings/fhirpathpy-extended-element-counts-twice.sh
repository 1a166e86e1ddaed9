#!/usr/bin/env bash
set -euo pipefail
# Guess: in FHIR JSON, birthDate and _birthDate are one element: its value and its extensions. So
#   Patient.birthDate.count() is 1, and given[1] with an extension has it.
# What happens: fhirpathpy 2.2.4 puts the values and the '_' halves in one list: birthDate counts 2, two given
#   names count 4, a None appears among the names, and the extension does not hang on the name it belongs to.
# Cost: 'at most one' rules fail on valid resources, and 'the name marked as preferred' finds none.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check fhirpathpy==2.2.4
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(fhirpathpy) '

cat > check.py <<'PY'
import sys

from fhirpathpy import evaluate
from fhirpathpy.models import models

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


mark = {"extension": [{"url": "http://example.org/mark", "valueCode": "preferred"}]}
patient = {
    "resourceType": "Patient",
    "name": [{"given": ["Ann", "Marie"], "_given": [None, mark]}],
    "birthDate": "1980-03",
    "_birthDate": mark,
}
for expression, expected, stated in [
    ("Patient.birthDate.count()", "[1]", "[2]"),
    ("Patient.name.given.count()", "[2]", "[4]"),
    ("Patient.name.given", "['Ann', 'Marie']", "['Ann', 'Marie', None]"),
    ("Patient.name.given[1].extension.exists()", "[True]", "[False]"),
]:
    look(expression, expected, stated, str(evaluate(patient, expression, {}, models["r4"])))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
