#!/usr/bin/env bash
set -euo pipefail

# Guess: a blood pressure comes out of the spreadsheet as it went in, one Observation with two components; or at least as two with ids of their own. The README says of primary_key:
#   "deterministic hash, unique per row".
# Seen: PyPI flat-fhir 0.1.4 makes two rows of it, with one primary_key and one source_resource_id; unflatten() makes two Observations with the same type and id out of them. FHIR says of an
#   id that it is unique among the resources of a type on a server.
# Cost: drop_duplicates("primary_key"), or a table with that key, keeps the systolic value and loses the diastolic one; a server that stores the bundle by id keeps only the second one.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check flat-fhir==0.1.4 pandas==2.3.3 numpy==2.4.6 openpyxl==3.1.5 tabulate==0.9.0 2>/dev/null
cat > try.py <<'PY'
import sys

from flat_fhir import FlatFHIR, unflatten

pressure = {
    "resourceType": "Observation", "id": "bp1", "status": "final", "subject": {"reference": "Patient/p"}, "effectiveDateTime": "2026-03-01",
    "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}],
    "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
    "component": [
        {"code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "valueQuantity": {"value": value, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}}
        for code, value in (("8480-6", 120), ("8462-4", 80))
    ],
}
flat = FlatFHIR({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": pressure}]})
flat.to_xlsx("record.xlsx")
kept = flat.vitals.drop_duplicates("primary_key")
back = [entry["resource"] for entry in unflatten("record.xlsx", output="bundle.json")["entry"]]
stored = {(one["resourceType"], one["id"]): (one["code"]["text"], one["valueQuantity"]["value"]) for one in back}
print(f"rows, keys: expected as many keys as rows, seen {len(flat.vitals)} rows, {flat.vitals['primary_key'].nunique()} key(s)")
print(f"values left after drop_duplicates by key: expected 120 and 80, seen {[float(value) for value in kept.filter(like='pressure').stack()]}")
print(f"back in FHIR: {len(back)} Observations, ids {[one['id'] for one in back]}; stored by id: {stored}")
same = len(flat.vitals) == 2 and len(kept) == 1 and [one["id"] for one in back] == ["bp1", "bp1"] and len(stored) == 1 and "component" not in back[0]
sys.exit(0 if same else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("flat-fhir", "pandas", "numpy",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
