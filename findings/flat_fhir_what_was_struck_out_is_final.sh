#!/usr/bin/env bash
set -euo pipefail

# Guess: a status is kept, or what it strikes out is left out. FHIR marks Observation.status and MedicationStatement.status as modifiers: entered-in-error says that there never was such
#   a measurement, not-taken that the medicine was not taken, and readers may not pass over either.
# Seen: PyPI flat-fhir 0.1.4 has no column for an Observation's status: the measurement in error stands in the sheet beside the others, and leaves it as "final". The statement that warfarin is not
#   taken leaves as a MedicationRequest with the intent "order" (and with the status "not-taken", which a request cannot have).
# Cost: a weight of 800 kg that was struck out is a final result again after one round through a spreadsheet, and a medicine that somebody stopped is on order.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check flat-fhir==0.1.4 pandas==2.3.3 numpy==2.4.6 openpyxl==3.1.5 tabulate==0.9.0 2>/dev/null
cat > try.py <<'PY'
import sys

from flat_fhir import FlatFHIR

weight = {
    "resourceType": "Observation", "id": "w1", "status": "entered-in-error", "subject": {"reference": "Patient/p"}, "effectiveDateTime": "2026-03-01",
    "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}],
    "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    "valueQuantity": {"value": 800, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
}
warfarin = {
    "resourceType": "MedicationStatement", "id": "m1", "status": "not-taken", "subject": {"reference": "Patient/p"}, "effectiveDateTime": "2026-03-01",
    "medicationCodeableConcept": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "855332", "display": "Warfarin 5 MG"}]},
}
flat = FlatFHIR({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": weight}, {"resource": warfarin}]})
back = [(one["resource"]["resourceType"], one["resource"]["status"], one["resource"].get("intent")) for one in flat.to_fhir()["entry"]]
print(f"the sheet of vital signs: expected no weight, or one with its status; seen {flat.vitals['body_weight_kg'].tolist()}, columns with a status: {[c for c in flat.vitals if 'status' in c]}")
print(f"in the text for a model: expected nothing of 800, seen {'800' in flat.to_prompt()}")
print(f"back in FHIR: expected an Observation entered-in-error and a MedicationStatement not-taken\n  seen {back}")
same = back == [("Observation", "final", None), ("MedicationRequest", "not-taken", "order")] and "800" in flat.to_prompt()
sys.exit(0 if same else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("flat-fhir", "pandas", "numpy",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
