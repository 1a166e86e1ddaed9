#!/usr/bin/env bash
set -euo pipefail
# Guess: Individual.date_of_birth is a day. The type is a timestamp, so an exporter writes local midnight with
#   its offset, 1980-03-01T00:00:00+05:00, and reads the day back.
# What happens: phenopackets 2.0.2.post5 keeps the instant only: it is written as 1980-02-29T19:00:00Z, and a
#   plain '1980-03-01' is refused. East of Greenwich everybody is born a day early.
# Cost: the date of birth is what records are matched by; a day off is another person.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check phenopackets==2.0.2.post5
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(phenopackets) '

cat > check.py <<'PY'
import sys

from google.protobuf.json_format import MessageToDict, Parse, ParseError
from phenopackets import Individual

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


def born(text):
    try:
        return MessageToDict(Parse(f'{{"id": "1", "dateOfBirth": "{text}"}}', Individual()))["dateOfBirth"]
    except ParseError:
        return "ParseError"


look("1980-03-01T00:00:00+05:00", "a text that begins with 1980-03-01", "1980-02-29T19:00:00Z", born("1980-03-01T00:00:00+05:00"))
look("1980-03-01", "1980-03-01", "ParseError", born("1980-03-01"))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
