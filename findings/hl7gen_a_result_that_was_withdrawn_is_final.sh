#!/usr/bin/env bash
set -euo pipefail

# Guess: message_to_fhir() carries over OBX-11 (table 0085: P preliminary, C corrected, W wrong, X cannot be obtained), the patient's
#   number, and the parts of an address where they stand (XAD: street, other, city, state), or refuses. Its module says that it refuses
#   "rather than attempting a partial or silently-wrong conversion".
# Seen: PyPI hl7gen 0.2.0 makes every result "final", those that were withdrawn or never obtained too. The patient has no identifier at all,
#   the city is in state, and a code (CE) is the text "0^None^L" with its separators. A result without a value is the one thing that is
#   refused, with an error of pydantic's.
# Cost: the wrong result and the right one that replaces it are two final ones of nobody, and a laboratory's "not done" is a finding.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check hl7gen==0.2.0 fhir.resources==8.3.0 hl7apy==1.3.5 fhir-core==1.1.12 pydantic==2.14.4 Faker==40.63.0 2>/dev/null
cat > try.py <<'PY'
import sys
from importlib.metadata import version

from hl7gen.fhir_export import message_to_fhir

print("hl7gen", version("hl7gen"))
results = [("NM", "4", "F"), ("NM", "5", "P"), ("NM", "6", "W"), ("TX", "not done", "X"), ("CE", "0^None^L", "F")]
lines = ["MSH|^~\\&|A|B|C|D|20260301120000||ORU^R01^ORU_R01|1|P|2.5", "PID|1||7^^^H^MR||Doe^Jo||19800101|F|||1 Main St^^Springfield^OR^97477", "OBR|1|||X^Drinks^L"]
lines += [f"OBX|{number}|{kind}|X^Drinks^L||{value}||||||{status}" for number, (kind, value, status) in enumerate(results, 1)]
resources = [entry["resource"] for entry in message_to_fhir("\r".join([*lines, ""]))["entry"]]
patient = next(each for each in resources if each["resourceType"] == "Patient")
observations = [each for each in resources if each["resourceType"] == "Observation"]
address = patient["address"][0]
same = True
for name, expected, stated, seen in [
    ("status", ["final", "preliminary", "entered-in-error", "cancelled", "final"], ["final"] * 5, [each["status"] for each in observations]),
    ("identifier", "7", None, patient.get("identifier")),
    ("city and state", ("Springfield", "OR"), (None, "Springfield"), (address.get("city"), address.get("state"))),
    ("the code", "the coding 0, None", "0^None^L", observations[4].get("valueString")),
]:
    print(f"{name}: expected {expected}, seen {seen}")
    same = same and seen == stated
sys.exit(0 if same else 1)
PY
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
