#!/usr/bin/env bash
set -euo pipefail

# Guess: a quantity keeps its unit. FHIR's Quantity has the unit beside the number, and flat-fhir's columns carry it in their names ("snake_case with the unit appended"), so 176 lb
#   is either turned into 79.8 for body_weight_kg or has a column of its own; on the way back to FHIR the unit is what it was.
# Seen: PyPI flat-fhir 0.1.4 chooses the column by the LOINC code alone and leaves the unit out: 176 [lb_av] is 176 in body_weight_kg, 98.6 [degF] is 98.6 in body_temperature_c, and
#   the way back writes 176 kg and 98.6 Cel. So does the text for language models.
# Cost: a dose by body weight is worked out for 176 kg; a chart of two clinics, one with pounds and one with kilograms, shows a person who doubles their weight between visits.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check flat-fhir==0.1.4 pandas==2.3.3 numpy==2.4.6 openpyxl==3.1.5 tabulate==0.9.0 2>/dev/null
cat > try.py <<'PY'
import sys

from flat_fhir import FlatFHIR


def vital(code, value, unit, ucum):
    return {"resource": {
        "resourceType": "Observation", "id": code, "status": "final", "subject": {"reference": "Patient/p"}, "effectiveDateTime": "2026-03-01",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": ucum},
    }}


flat = FlatFHIR({"resourceType": "Bundle", "type": "collection", "entry": [vital("29463-7", 176, "lb", "[lb_av]"), vital("8310-5", 98.6, "degF", "[degF]")]})
columns = {name: float(flat.vitals[name].dropna().iloc[0]) for name in ("body_weight_kg", "body_temperature_c") if name in flat.vitals}
back = [(entry["resource"]["valueQuantity"]["value"], entry["resource"]["valueQuantity"]["unit"]) for entry in flat.to_fhir()["entry"]]
print(f"the sheet: expected 79.8 and 37.0 in these columns, or others; seen {columns}")
print(f"back in FHIR: expected 176 lb and 98.6 degF (or 79.8 kg and 37 Cel), seen {back}")
sys.exit(0 if columns == {"body_weight_kg": 176, "body_temperature_c": 98.6} and back == [(176, "kg"), (98.6, "Cel")] else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("flat-fhir", "pandas", "numpy",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
