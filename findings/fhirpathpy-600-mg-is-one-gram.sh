#!/usr/bin/env bash
set -euo pipefail
# Guess: FHIRPath (Quantity, Equals) compares quantities of one dimension after conversion: 600 mg is not 1 g,
#   and 150 lb (68.04 kg) is not 69 kg.
# What happens: fhirpathpy 2.2.4 rounds the converted value to a whole number before it compares: 600 mg = 1 g
#   is true, 400 mg = 0 g is true, 150 lb = 69 kg is true (that one is rounded up). Between kg and g it does
#   not convert at all: 1 kg = 1000 g is false.
# Cost: an equality between doses or weights holds that does not, and fails that should hold, with no word
#   about it.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check fhirpathpy==2.2.4
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(fhirpathpy) '

cat > check.py <<'PY'
import sys

from fhirpathpy import evaluate

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


for expression, expected, stated in [
    ("600 'mg' = 1 'g'", "[False]", "[True]"),
    ("400 'mg' = 0 'g'", "[False]", "[True]"),
    ("150 '[lb_av]' = 69 'kg'", "[False]", "[True]"),
    ("1 'kg' = 1000 'g'", "[True]", "[False]"),
]:
    look(expression, expected, stated, str(evaluate({}, expression, {})))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
