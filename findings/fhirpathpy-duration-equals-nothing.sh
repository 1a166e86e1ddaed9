#!/usr/bin/env bash
set -euo pipefail
# Guess: Goal.target.dueDuration of 4 d equals the literal 4 'd', as Observation.valueQuantity of 4 d does.
#   Duration is a Quantity.
# What happens: fhirpathpy 2.2.4 compares a Quantity and never a Duration: equal, equivalent and '= 4 days'
#   are all false, while the same object as valueQuantity is equal. Its own arithmetic (startDate + due) does
#   accept the Duration.
# Cost: a rule on 'due in four days' is false for every goal, without an error.

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


four_days = {"value": 4, "unit": "days", "system": "http://unitsofmeasure.org", "code": "d"}
goal = {"resourceType": "Goal", "startDate": "2026-03-01", "target": [{"dueDuration": four_days}]}
observation = {"resourceType": "Observation", "valueQuantity": four_days}


def run(resource, expression):
    return str(evaluate(resource, expression, {}, models["r4"]))


look("Observation.value = 4 'd'", "[True]", "[True]", run(observation, "Observation.value = 4 'd'"))
for expression in ["Goal.target.due = 4 'd'", "Goal.target.due ~ 4 'd'", "Goal.target.due = 4 days"]:
    look(expression, "[True]", "[False]", run(goal, expression))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
