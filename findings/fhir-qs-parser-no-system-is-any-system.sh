#!/usr/bin/env bash
set -euo pipefail
# Guess: FHIR search (token): 'code=|44261-6' asks for codings without a system, 'code=44261-6' for any
#   system, and 'name=O\,Brien' is one value, since a backslash escapes the comma.
# What happens: fhir-qs-parser 0.10.0 parses the first two to the same thing (system None), so the narrow
#   search becomes the wide one. An escaped comma keeps its backslash, and an escaped bar ends the value:
#   identifier=http://example.org|a\|b is the code 'a\'.
# Cost: a search meant for local codes without a system returns everybody's, and an identifier with a bar
#   never matches.

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


def value(endpoint, query):
    found = Search(endpoint, query).parsed[0].value
    return [(one.system, one.value) for one in found]


look("code=44261-6", "any system", [(None, "44261-6")], value("Observation", "code=44261-6"))
look("code=|44261-6", "no system, told from any", [(None, "44261-6")], value("Observation", "code=|44261-6"))
look(r"name=O\,Brien", "O,Brien", [(None, r"O\,Brien")], value("Patient", r"name=O\,Brien"))
look(r"identifier=http://example.org|a\|b", "a|b", [("http://example.org", "a\\")],
     value("Patient", r"identifier=http://example.org|a\|b"))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
