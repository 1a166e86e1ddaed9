#!/usr/bin/env bash
set -euo pipefail

# Guess: %use2 in a view is the value of the constant named use2. A name of a constant in SQL on FHIR is a sql-name (a letter, then letters, digits and underscores), so one may begin with another one; and a constant's value is a
#   value, whatever characters are in it.
# Seen: PyPI sqlonfhir 0.0.2 puts the values into the text of the path, one constant after the other, as text: with use = official and use2 = old, "use = %use2" becomes "use = 'official'2", and gives the official name. In the
#   other order it is right. A value with an apostrophe (O'Brien) breaks the path; the row is left out, and evaluate() does not raise.
# Cost: a report on "this month" (%period) and "the month before" (%period_before) has the same rows twice, and a list by name has everybody but the O'Briens.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check sqlonfhir==0.0.2 fhirpathpy==2.1.0 2>/dev/null
cat > try.py <<'PY'
import contextlib
import copy
import io
import sys

from sqlonfhir import evaluate

patients = [
    {"resourceType": "Patient", "id": "a", "name": [{"use": "official", "family": "Doe"}, {"use": "old", "family": "Roe"}]},
    {"resourceType": "Patient", "id": "b", "name": [{"use": "official", "family": "O'Brien"}]},
]


def rows(path, constants, where=None):
    view = {
        "resourceType": "ViewDefinition", "resource": "Patient", "status": "active", "constant": [{"name": name, "valueString": value} for name, value in constants],
        "select": [{"column": [{"name": "seen", "path": path}]}], **({"where": [{"path": where}]} if where else {}),
    }
    with contextlib.redirect_stdout(io.StringIO()):
        return [row["seen"] for row in evaluate(patients, copy.deepcopy(view))]


names = ("use", "official"), ("use2", "old")
one, other = rows("name.where(use = %use2).family", names), rows("name.where(use = %use2).family", names[::-1])
print(f"the old name, with the constants use, use2: expected ['Roe', None], seen {one}; with use2, use: {other}")
found = {family: rows("id", [("family", family)], "name.where(family = %family).exists()") for family in ("Doe", "O'Brien")}
print(f"by family name: expected {{'Doe': ['a'], \"O'Brien\": ['b']}}, seen {found}")
sys.exit(0 if one == ["Doe", "O'Brien"] and other == ["Roe", None] and found == {"Doe": ["a"], "O'Brien": []} else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("sqlonfhir", "fhirpathpy",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
