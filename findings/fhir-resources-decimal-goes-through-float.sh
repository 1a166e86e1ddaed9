#!/usr/bin/env bash
set -euo pipefail
# Guess: FHIR (Datatypes, decimal): the precision has meaning, 0.010 is not the same as 0.01, and an
#   implementation keeps it. fhir.resources holds a Decimal, so Decimal('1.10') is written as 1.10.
# What happens: fhir.resources 8.1.0 holds Decimal('1.10') and model_dump_json() writes 1.1: the value goes
#   through float on the way out. Reading JSON is the same: 0.1234567890123456789 arrives as
#   Decimal('0.12345678901234568'), and 12345678901234567890.5 leaves as 1.2345678901234567e+19.
# Cost: a value measured to two places comes back as measured to one, and a signature or digest over the
#   resource no longer fits. A look at the model in Python shows the right Decimal.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check fhir.resources==8.1.0
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(fhir[._]resources) '

cat > check.py <<'PY'
import json
import sys
from decimal import Decimal

from fhir.resources.R4B.observation import Observation

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


def observation(value):
    return {"resourceType": "Observation", "status": "final", "code": {"text": "level"}, "valueQuantity": {"value": value}}


def written(value):
    text = Observation.model_validate(observation(value)).model_dump_json()
    return text.split('"value":')[1].rstrip("}")


held = Observation.model_validate(observation(Decimal("1.10"))).valueQuantity.value
look("1.10, as held", "Decimal('1.10')", "Decimal('1.10')", repr(held))
look("1.10, as written", "1.10", "1.1", written(Decimal("1.10")))
look("a long one, as written", "12345678901234567890.5", "1.2345678901234567e+19", written(Decimal("12345678901234567890.5")))
text = json.dumps(observation(0)).replace('"value": 0', '"value": 0.1234567890123456789')
read = Observation.model_validate_json(text).valueQuantity.value
look("read from JSON", "Decimal('0.1234567890123456789')", "Decimal('0.12345678901234568')", repr(read))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
