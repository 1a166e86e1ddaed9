#!/usr/bin/env bash
set -euo pipefail
# Guess: FHIR search: start-date=2026-03 means the whole month, and le2026-03 reaches to its last moment. A
#   parser of query strings keeps the precision that the prefix needs.
# What happens: fhir-qs-parser 0.10.0 gives DateTime(2026, 3, 1, 0, 0, 0, UTC) for '2026-03', for '2026-03-01'
#   and for '2026-03-01T00:00:00Z' alike. The text is gone.
# Cost: 'le2026-03' finds nothing after 1 March 00:00, 'eq2026' finds almost nothing, and no error tells it.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check fhir-qs-parser==0.10.0
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(fhir[-_]qs[-_]parser) '

cat > check.py <<'PY'
import sys

from fhir_parse_qs import Search

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


def value(text):
    return Search("Goal", f"start-date={text}").parsed[0].value[0].value.isoformat()


midnight = "2026-03-01T00:00:00+00:00"
look("start-date=le2026-03", "a value that says 'month'", midnight, value("le2026-03"))
look("start-date=le2026-03-01", "a value that says 'day'", midnight, value("le2026-03-01"))
look("start-date=le2026-03-01T00:00:00Z", midnight, midnight, value("le2026-03-01T00:00:00Z"))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
