#!/usr/bin/env bash
set -euo pipefail
# Guess: a client's read and write keeps what it does not understand: _birthDate with its extensions comes
#   back from as_json(), or a strict client refuses it.
# What happens: fhirclient 4.4.0 (SMART on FHIR, Python) drops every '_' member without a word. A birth date
#   given as 'unknown' only is gone; given ['Ann', null] keeps its null and loses the extension that explains
#   it, which is no valid FHIR any more.
# Cost: read, change one field, PUT: the server's data-absent reasons, translations and original texts are
#   deleted for everybody.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check fhirclient==4.4.0
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(fhirclient) '

cat > check.py <<'PY'
import json
import sys

from fhirclient.models.patient import Patient

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


absent = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}
patient = {
    "resourceType": "Patient",
    "_birthDate": absent,
    "name": [{"given": ["Ann", None], "_given": [None, absent]}],
}
written = Patient(patient).as_json()
look("_birthDate", "kept, or an error", False, "_birthDate" in written)
look("name", json.dumps(patient["name"]), '[{"given": ["Ann", null]}]', json.dumps(written["name"]))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
