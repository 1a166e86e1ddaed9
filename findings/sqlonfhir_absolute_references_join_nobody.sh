#!/usr/bin/env bash
set -euo pipefail

# Guess: subject.getReferenceKey() joins with getResourceKey() of the patient. SQL on FHIR says of the two that they give equal values if the reference points to the resource, and leaves it to the implementation how. FHIR has
#   relative references, absolute ones (https://server/Patient/1), and ones with a version (Patient/1/_history/2).
# Seen: PyPI sqlonfhir 0.0.2 takes what stands behind the first slash: "1" for Patient/1, "1/_history/2" with a version, and "/example.org/fhir/Patient/1" for an absolute one. With the type, getReferenceKey(Patient) is null for an
#   absolute reference to a Patient.
# Cost: a join of observations with patients loses the rows of each server that writes absolute or versioned references, without an error; averages are those of the others.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check sqlonfhir==0.0.2 fhirpathpy==2.1.0 2>/dev/null
cat > try.py <<'PY'
import sys

from sqlonfhir import evaluate

patients = [{"resourceType": "Patient", "id": "1"}]
forms = ["Patient/1", "Patient/1/_history/2", "https://example.org/fhir/Patient/1"]
observations = [{"resourceType": "Observation", "id": str(at), "status": "final", "code": {"text": "pain"}, "subject": {"reference": form}} for at, form in enumerate(forms)]


def view(resource, **columns):
    return {"resourceType": "ViewDefinition", "resource": resource, "status": "active", "select": [{"column": [{"name": name, "path": path} for name, path in columns.items()]}]}


keys = {row["key"] for row in evaluate(patients, view("Patient", key="getResourceKey()"))}
rows = evaluate(observations, view("Observation", plain="subject.getReferenceKey()", typed="subject.getReferenceKey(Patient)"))
for form, row in zip(forms, rows):
    print(f"{form}: expected the key '1' twice, seen {row['plain']!r} and {row['typed']!r}")
joined = [row for row in rows if row["plain"] in keys]
print(f"rows left after a join with the patient: expected 3, seen {len(joined)}")
stated = [("1", "1"), ("1/_history/2", "1/_history/2"), ("/example.org/fhir/Patient/1", None)]
sys.exit(0 if [(row["plain"], row["typed"]) for row in rows] == stated and len(joined) == 1 else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("sqlonfhir", "fhirpathpy",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
