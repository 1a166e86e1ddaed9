#!/usr/bin/env bash
set -euo pipefail

# Guess: an Observation of R5 that becomes an OBX segment keeps its value: "< 5 mg/L" as SN <^5, a count as NM, an answer of yes or no as a
#   code; what cannot be told is refused.
# Seen: r5_to_v2 of PyPI brightohir 2.1.2 leaves the comparator out: "< 5" becomes the measured number 5. A valueInteger, a valueBoolean and
#   a value that is absent for a reason have neither type nor value, and a result that was amended is F, final, like the one that it amends.
# Cost: "below the limit of detection" arrives as a positive test; zero drinks a day, as an integer, arrives as no answer.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check brightohir==2.1.2 fhir.resources==8.3.0 hl7apy==1.3.5 2>/dev/null
cat > try.py <<'PY'
import sys
from importlib.metadata import version

from brightohir.convert_v2 import r5_to_v2

print("brightohir", version("brightohir"))


def written(**value):
    observation = {"resourceType": "Observation", "status": "amended", "code": {"coding": [{"code": "X"}]}, **value}
    message = r5_to_v2(observation, message_type="ORU_R01")
    fields = next(line for line in message.replace("\n", "\r").split("\r") if line.startswith("OBX")).split("|")
    return fields[2], fields[5], fields[11]


same = True
for name, value, expected, stated in [
    ("5 mg/L", {"valueQuantity": {"value": 5, "unit": "mg/L"}}, ("NM", "5", "C"), ("NM", "5", "F")),
    ("< 5 mg/L", {"valueQuantity": {"value": 5, "comparator": "<", "unit": "mg/L"}}, ("SN", "<^5", "C"), ("NM", "5", "F")),
    ("the integer 0", {"valueInteger": 0}, ("NM", "0", "C"), ("", "", "F")),
    ("false", {"valueBoolean": False}, ("CWE", "N", "C"), ("", "", "F")),
]:
    seen = written(**value)
    print(f"{name}: expected OBX-2, 5 and 11 {expected}, seen {seen}")
    same = same and seen == stated
sys.exit(0 if same else 1)
PY
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
