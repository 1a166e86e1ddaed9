#!/usr/bin/env bash
set -euo pipefail
# Guess: FHIRPath (mod): 'the remainder of the truncated division', so -7 mod 2 is -1. Its partner div
#   truncates: -7 div 2 is -3, and -3 * 2 + -1 is -7.
# What happens: fhirpathpy 2.2.4 truncates in div and floors in mod (Python's %): -7 mod 2 is 1, and the two
#   no longer give back -7. fhirpath.js, Medplum and fhirpathrs all give -1.
# Cost: an expression over negative scores (attainment levels -2 to +2) gives another result in Python than in
#   the browser.

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
    ("-7 mod 2", "-1", "1"),
    ("-7 div 2", "-3", "-3"),
    ("(-7 div 2) * 2 + (-7 mod 2)", "-7", "-5"),
]:
    look(f"fhirpathpy, {expression}", expected, stated, str(evaluate({}, expression, {})[0]))
    look(f"fhirpathrs, {expression}", expected, expected, str(fhirpathrs.evaluate(expression, {})))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
