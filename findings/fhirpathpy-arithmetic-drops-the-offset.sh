#!/usr/bin/env bash
set -euo pipefail
# Guess: 2026-03-29T01:30:00+01:00 + 1 day is a moment, with an offset. FHIR's dateTime requires one as soon
#   as there is a time of day.
# What happens: fhirpathpy 2.2.4 moves the value to UTC and then drops the offset: '2026-03-30T00:30:00',
#   which FHIR does not allow and any reader takes for local time. fhirpathrs 0.1.5 answers
#   2026-03-30T01:30:00+01:00.
# Cost: a reminder computed in Python is off by the clinic's offset, and a server that checks refuses the
#   resource.

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


expression = "@2026-03-29T01:30:00+01:00 + 1 day"
expected = "2026-03-30T01:30:00+01:00"
look(f"fhirpathrs, {expression}", expected, expected, str(fhirpathrs.evaluate(expression, {})))
seen = evaluate({}, expression, {}, models["r4"])[0]
look(f"fhirpathpy, {expression}", expected, "2026-03-30T00:30:00", str(seen))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
