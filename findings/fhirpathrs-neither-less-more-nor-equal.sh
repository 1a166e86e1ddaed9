#!/usr/bin/env bash
set -euo pipefail
# Guess: if 100 mg <= 0.1 g and 100 mg >= 0.1 g are true, then 100 mg = 0.1 g is true.
# What happens: fhirpathrs 0.1.5 converts units for < and >, and not for = and ~: both inequalities are true,
#   and the equality is false (not empty, which would mean 'not known').
# Cost: a check for 'equal to the target' never holds when the units differ, and 'different' always does.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check fhirpathrs==0.1.5
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(fhirpathrs) '

cat > check.py <<'PY'
import sys

import fhirpathrs

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


for expression, expected, stated in [
    ("100 'mg' <= 0.1 'g'", "True", "True"),
    ("100 'mg' >= 0.1 'g'", "True", "True"),
    ("100 'mg' = 0.1 'g'", "True", "False"),
    ("100 'mg' ~ 0.1 'g'", "True", "False"),
]:
    look(expression, expected, stated, str(fhirpathrs.evaluate(expression, {})))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
