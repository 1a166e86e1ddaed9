#!/usr/bin/env bash
set -euo pipefail
# Guess: a dateTime or instant read and written unchanged is the same text: meta.lastUpdated is what the
#   server said.
# What happens: fhir.resources 8.1.0 writes microseconds, always six digits: '.5Z' becomes '.500000Z',
#   '.123456789Z' loses three digits, and '-00:00' (offset unknown, RFC 3339) becomes 'Z'.
# Cost: lastUpdated of a server with nanoseconds, sent back in a search (_lastUpdated=gt...), asks for an
#   earlier moment: the last resource comes again each time. Comparing texts sees a change where none was
#   made.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check fhir.resources==8.1.0
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(fhir[._]resources) '

cat > check.py <<'PY'
import json
import sys

from fhir.resources.R4B.patient import Patient

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


for moment, stated in [
    ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"),
    ("2026-03-01T10:00:00.5Z", "2026-03-01T10:00:00.500000Z"),
    ("2026-03-01T10:00:00.123456789Z", "2026-03-01T10:00:00.123456Z"),
    ("2026-03-01T10:00:00-00:00", "2026-03-01T10:00:00Z"),
]:
    patient = Patient.model_validate({"resourceType": "Patient", "meta": {"lastUpdated": moment}})
    look(moment, moment, stated, json.loads(patient.model_dump_json())["meta"]["lastUpdated"])

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
