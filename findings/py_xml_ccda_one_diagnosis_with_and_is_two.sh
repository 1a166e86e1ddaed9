#!/usr/bin/env bash
set -euo pipefail

# Guess: diagnosis_codes of an encounter has one entry for "F10.2 Mental and behavioural disorders due to use of alcohol, dependence syndrome",
#   which is how ICD-10 calls it.
# Seen: PyPI py-xml-ccda 1.0.0 takes every " and " for the end of a diagnosis: "F10.2 Mental" and "behavioural disorders due to use of alcohol, dependence syndrome". "Adjustment disorder with mixed anxiety and
#   depressed mood" becomes two in the same way; written with "&" it stays one.
# Cost: counts of diagnoses are too high just in mental health, where titles have "and", and the code of one half is that of neither.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check py-xml-ccda==1.0.0 2>/dev/null
cat > try.py <<'PY'
import sys
from importlib.metadata import version

from py_xml_ccda.utils import get_clinical_summary

print("py-xml-ccda", version("py-xml-ccda"))


def diagnoses(text):
    row = f"<tr><td>Visit</td><td>Clinic</td><td>2026-03-01</td><td>Dr Roe</td><td>{text}</td></tr>"
    section = f"<section><title>Encounters</title><text><table><tbody>{row}</tbody></table></text></section>"
    document = f'<ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody><component>{section}</component></structuredBody></component></ClinicalDocument>'
    return get_clinical_summary(document)["encounter_summary"][0]["diagnosis_codes"]


alcohol = "F10.2 Mental and behavioural disorders due to use of alcohol, dependence syndrome"
mixed = "F43.23 Adjustment disorder with mixed anxiety {} depressed mood"
seen = [diagnoses(alcohol), diagnoses(mixed.format("and")), diagnoses(mixed.format("&amp;"))]
for one in seen:
    print("expected 1 diagnosis, seen", len(one), one)
sys.exit([len(one) for one in seen] != [2, 2, 1] or seen[0][0] != "F10.2 Mental")
PY
timeout 60 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
