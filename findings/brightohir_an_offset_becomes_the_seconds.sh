#!/usr/bin/env bash
set -euo pipefail

# Guess: a time of HL7 v2 becomes the same moment in FHIR: 202603011200-0500 is 2026-03-01T12:00:00-05:00, and the month 202603 is 2026-03.
#   A dateTime of FHIR that has a time has an offset (R5, datatypes: "a timezone offset SHALL be populated").
# Seen: v2_to_r5 of PyPI brightohir 2.1.2 makes "2026-03-01T12:00:-0" of the first, takes the offset away where there are seconds, and
#   leaves the month as "202603". No error, no warning. r5_to_v2 leaves the offset out as well: 23:30 in New York is written as 23:30
#   without a zone.
# Cost: of a message that crosses a zone, half of the times are hours off and the others cannot be read; a bundle with one of them is
#   refused whole.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check brightohir==2.1.2 fhir.resources==8.3.0 hl7apy==1.3.5 2>/dev/null
cat > try.py <<'PY'
import sys
from importlib.metadata import version

from brightohir.convert_v2 import r5_to_v2, v2_to_r5

print("brightohir", version("brightohir"))


def read(time):
    lines = ["MSH|^~\\&|A|B|C|D|20260301120000||ORU^R01^ORU_R01|1|P|2.5", "PID|1||7^^^H||Doe^Jo", "OBR|1|||X", f"OBX|1|NM|X||1||||||F|||{time}", ""]
    bundle = v2_to_r5("\r".join(lines))
    return next(entry["resource"]["effectiveDateTime"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Observation")


def written(time):
    observation = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "valueString": "x", "effectiveDateTime": time}
    message = r5_to_v2(observation, message_type="ORU_R01").replace("\n", "\r")
    return next(line for line in message.split("\r") if line.startswith("OBX")).split("|")[14]


same = True
for function, time, expected, stated in [
    (read, "20260301", "2026-03-01", "2026-03-01"),
    (read, "202603011200-0500", "2026-03-01T12:00:00-05:00", "2026-03-01T12:00:-0"),
    (read, "20260301120000-0500", "2026-03-01T12:00:00-05:00", "2026-03-01T12:00:00"),
    (read, "202603", "2026-03", "202603"),
    (written, "2026-03-01T23:30:00-05:00", "20260301233000-0500", "20260301233000"),
]:
    seen = function(time)
    print(f"{time} {function.__name__}: expected {expected}, seen {seen}")
    same = same and seen == stated
sys.exit(0 if same else 1)
PY
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
