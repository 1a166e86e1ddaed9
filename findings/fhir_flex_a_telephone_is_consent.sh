#!/usr/bin/env bash
set -euo pipefail

# Guess: consent to be called or written to comes from a Consent resource; a Patient resource has none, so the simplified patient says no, or does not say. A missing Patient.active is unknown.
# Seen: PyPI fhir-flex 2.0.0 says is_consent_to_message and is_consent_to_call of everybody who has any telecom at all, be it a number marked "old" or just an e-mail address. Without Patient.active the
#   same patient has active_status true and status "inactive". The name is the first in the list, so the maiden name that is marked "old" if that comes first.
# Cost: people are called who never agreed to it, in a field where a call alone tells the household something.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check fhir-flex==2.0.0 2>/dev/null
cat > try.py <<'PY'
import sys
from importlib.metadata import version

from fhir_simple.patient_mapping import fhir_patient_to_detailed_json

print("fhir-flex", version("fhir-flex"))
names = [{"use": "old", "family": "Roe", "given": ["Jane"]}, {"use": "official", "family": "Doe", "given": ["Jane"]}]
seen = []
for telecom in ([], [{"system": "phone", "use": "old", "value": "+1 555 0100"}], [{"system": "email", "value": "jane@example.org"}]):
    patient = {"resourceType": "Patient", "id": "1", "name": names}
    if telecom:
        patient["telecom"] = telecom
    simple = fhir_patient_to_detailed_json(patient)
    seen.append((simple["is_consent_to_message"], simple["is_consent_to_call"]))
    print(f"telecom {telecom}: expected no consent, seen to messages {seen[-1][0]}, to calls {seen[-1][1]}")
other = (simple["active_status"], simple["status"], simple["last_name"])
print(f"without active: expected no status, seen {other[:2]}; name: expected Doe, seen {other[2]}")
sys.exit(seen != [(False, False), (True, True), (True, True)] or other != (True, "inactive", "Roe"))
PY
timeout 60 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
