#!/usr/bin/env bash
set -euo pipefail
# Guess: FHIRPath (round): 'a traditional round (i.e. 0.5 or higher will round to 1)', so a mean of 2.5 rounds
#   to 3.
# What happens: fhirpathpy 2.2.4 rounds half to even: 2.5 becomes 2, 0.5 becomes 0 and 3.5 becomes 4.
#   fhirpathrs 0.1.5, like fhirpath.js, gives 3, 1 and 4.
# Cost: a cut-off on a rounded score depends on whether the whole number below is even.

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

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


for expression, expected, stated in [
    ("2.5.round(0)", "3", "2"),
    ("0.5.round(0)", "1", "0"),
    ("3.5.round(0)", "4", "4"),
]:
    look(f"fhirpathpy, {expression}", expected, stated, str(evaluate({}, expression, {})[0]))
    look(f"fhirpathrs, {expression}", expected, expected, str(fhirpathrs.evaluate(expression, {})))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
