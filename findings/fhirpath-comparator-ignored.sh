#!/usr/bin/env bash
set -euo pipefail
# Guess: Quantity.comparator is a modifier element: a laboratory's '< 5 mg' is not 5 mg, so a program must not
#   read the value without it. fhirpath (npm) refuses to compare it.
# What happens: fhirpathpy 2.2.4 and fhirpathrs 0.1.5 leave it out: '< 5 mg' = 5 mg is true, and fhirpathrs
#   says that it is more than 3 mg. (@medplum/core 5.2.13 and @atomic-ehr/fhirpath 0.1.4 do the same.)
# Cost: a result below the limit of detection counts as a measured value: a negative drug test passes for a
#   positive one.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check fhirpathpy==2.2.4 fhirpathrs==0.1.5
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(fhirpathpy|fhirpathrs) '

cat > check.py <<'PY'
import sys

import fhirpathrs
from fhirpathpy import evaluate
from fhirpathpy.models import models

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


value = {"value": 5, "comparator": "<", "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}
observation = {"resourceType": "Observation", "status": "final", "code": {"text": "level"}, "valueQuantity": value}
equal = "Observation.value = 5 'mg'"
look(f"fhirpathpy, {equal}", "[False], [] or an error", "[True]", str(evaluate(observation, equal, {}, models["r4"])))
look(f"fhirpathrs, {equal}", "False, [] or an error", "True", str(fhirpathrs.evaluate(equal, observation)))
more = "Observation.value > 3 'mg'"
look(f"fhirpathrs, {more}", "[] or an error", "True", str(fhirpathrs.evaluate(more, observation)))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
