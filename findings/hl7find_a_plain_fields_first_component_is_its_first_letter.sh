#!/usr/bin/env bash
set -euo pipefail

# Guess: PID.3.1 is the patient's number, whether the sender wrote "12345" or "12345^^^CLINIC". A field without a component separator has one component, which is the whole of it;
#   the README shows find("PID.3.1") as the way to the number.
# Seen: PyPI hl7find 1.0.2 answers "1" for the first and "12345" for the second: it takes the index into the text. The value 42 of an OBX is "4", the name DOE of a component is "D".
# Cost: no error, and a number that looks like one. All patients whose senders write no authority are patient 1, 2, … 9.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check hl7find==1.0.2 2>/dev/null
cat > try.py <<'PY'
import sys
from importlib.metadata import version

from hl7find.hl7find import HL7Message

print("hl7find", version("hl7find"))
START = "MSH|^~\\&|LAB|CLINIC|APP|HOSPITAL|20260301||ORU^R01|1|P|2.5.1\rPID|1||{}||DOE^JANE||19800101\rOBX|1|NM|1751-7^Albumin^LN||42|g/L|||||F\r"
plain = HL7Message(START.format("12345"))
composite = HL7Message(START.format("12345^^^CLINIC"))
seen = {}
for path, whole in (("PID.3.1", "12345"), ("OBX.5.1", "42"), ("PID.5.1.1", "DOE")):
    seen[path] = plain.find(path)
    print(f"{path}: expected {whole!r}, seen {seen[path]!r}")
print(f"PID.3.1 beside an authority: expected and seen {composite.find('PID.3.1')!r}")
sys.exit(seen != {"PID.3.1": "1", "OBX.5.1": "4", "PID.5.1.1": "D"} or composite.find("PID.3.1") != "12345")
PY
timeout 60 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
