#!/usr/bin/env bash
set -euo pipefail
# Guess: FHIR's dateTime and instant allow :60, so a library keeps 2016-12-31T23:59:60Z (a real leap second)
#   or refuses it.
# What happens: fhir.resources 8.1.0 gives a str where every other full dateTime is a datetime, so .year
#   raises on this one value; fhirclient 4.4.0 keeps the text and gives .date one second early; fhirdatetime
#   1.1.0 writes back :59, another moment.
# Cost: two events a second apart become one moment, and their order is lost; or one record in a million
#   fails.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check fhir.resources==8.1.0 fhirclient==4.4.0 fhirdatetime==1.1.0
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(fhir[._]resources|fhirclient|fhirdatetime) '

cat > check.py <<'PY'
import sys

from fhir.resources.R4B.observation import Observation
from fhirclient.models.fhirdatetime import FHIRDateTime
from fhirdatetime import FhirDateTime

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


leap, before = "2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"


def held(moment):
    observation = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "effectiveDateTime": moment}
    return type(Observation.model_validate(observation).effectiveDateTime).__name__


look("fhir.resources, type at :59 and at :60", "the same twice", "datetime, str", f"{held(before)}, {held(leap)}")
look("fhirclient, second of .date", "60 or an error", 59, FHIRDateTime(leap).date.second)
look("fhirdatetime, written back", leap, "2016-12-31T23:59:59+00:00", FhirDateTime.fromisoformat(leap).isoformat())
look("fhirdatetime, :59 == :60", "False", True, FhirDateTime.fromisoformat(before) == FhirDateTime.fromisoformat(leap))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
