#!/usr/bin/env bash
set -euo pipefail
# Guess: FHIRPath (aggregates): sum(), min(), max() and avg() of the answers of a QuestionnaireResponse; that
#   is what they are for in a score such as PHQ-9.
# What happens: fhirpathpy 2.2.4 has them, and they work on literals only: over elements of a resource they
#   raise a TypeError ('int' and 'ResourceNode'). aggregate($this + $total, 0) on the same elements works.
# Cost: code tried with (1 | 2 | 3).sum() fails on the first real answer.

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


answers = [2, 1, 0, 3, 1, 0, 2, 1, 0]
response = {
    "resourceType": "QuestionnaireResponse",
    "status": "completed",
    "item": [{"linkId": str(number), "answer": [{"valueInteger": score}]} for number, score in enumerate(answers, 1)],
}


def run(expression):
    try:
        return str(evaluate(response, expression, {}, models["r4"]))
    except TypeError as error:
        return f"TypeError: {error}"


look("(1 | 2 | 3).sum()", "[6]", "[6]", run("(1 | 2 | 3).sum()"))
values = "QuestionnaireResponse.item.answer.value"
look(f"{values}.aggregate($this + $total, 0)", "[10]", "[10]", run(f"{values}.aggregate($this + $total, 0)"))
look(f"{values}.sum()", "[10]", "TypeError", run(f"{values}.sum()").split(":")[0])
look(f"{values}.max()", "[3]", "TypeError", run(f"{values}.max()").split(":")[0])

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
