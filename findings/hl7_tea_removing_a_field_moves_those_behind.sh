#!/usr/bin/env bash
set -euo pipefail

# Guess: remove_field("PID-5") takes the name out of the message and leaves its place empty. HL7 v2 knows a field by its place alone, so nothing else may move.
# Seen: PyPI hl7-tea 2.0.1 takes the place out as well: the date of birth, PID-7, is in PID-6 (the mother's name) then, and the sex is the date of birth. remove_field("PID-3.1") moves the
#   authority of the number from the fourth component to the third in the same way.
# Cost: the obvious way to send a message without the name sends all that is behind it as something else, and a receiver finds nothing wrong with the form.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check hl7-tea==2.0.1 names==0.3.0 2>/dev/null
cat > try.py <<'PY'
import sys
from importlib.metadata import version

from hl7_tea import Message

print("hl7-tea", version("hl7-tea"))
TEXT = "MSH|^~\\&|LAB|CLINIC|APP|HOSPITAL|20260301||ORU^R01|1|P|2.5.1\rPID|1||12345^^^CLINIC^MR||DOE^JANE||19800101|F"
message = Message(TEXT)
message.remove_field("PID-5")
seen = [message.get_field_one(path) for path in ("PID-5", "PID-6", "PID-7", "PID-8")]
print(f"PID-5 to PID-8 without the name: expected ['', '', '19800101', 'F'], seen {seen}")
other = Message(TEXT)
other.remove_field("PID-3.1")
number = other.get_field_one("PID-3")
print(f"PID-3 without the number: expected '^^^CLINIC^MR', seen {number!r}")
sys.exit(seen != ["", "19800101", "F", None] or number != "^^CLINIC^MR")
PY
timeout 60 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
