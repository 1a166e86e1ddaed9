#!/usr/bin/env bash
set -euo pipefail

# Guess: a message that has been read stays as it is. Its separators are its own (MSH-1 and MSH-2), and the manual's sample reads one message after the other with one Hl7Parser.
# Seen: PyPI hl7lw 0.1.2 keeps the separators in the parser, and every message asks the parser each time. After a message with other separators was read, the former one's MSH-9.2 is '',
#   its PID-5.1 is "DOE^JANE", and written again it has "#" between its fields – also inside the address "Main Street #4", which has become two fields.
# Cost: a relay that holds a message until the next one has come (a queue, a retry, a list comprehension) mixes them up, without an error, as soon as two senders differ.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check hl7lw==0.1.2 2>/dev/null
cat > try.py <<'PY'
import sys
from importlib.metadata import version

from hl7lw.parser import Hl7Parser

print("hl7lw", version("hl7lw"))
usual = "MSH|^~\\&|LAB|CLINIC|APP|HOSPITAL|20260301||ORU^R01|1|P|2.5.1\rPID|1||12345||DOE^JANE||19800101|F|||Main Street #4\r"
other = "MSH#*~\\&#LAB#CLINIC#APP#HOSPITAL#20260301##ORU*R01#2#P#2.5.1\rPID#1##678##ROE*JOHN\r"
parser = Hl7Parser()
first = parser.parse_message(usual)
before = (first["MSH-9.2"], first["PID-5.1"], str(first) == usual)
parser.parse_message(other)
after = (first["MSH-9.2"], first["PID-5.1"], str(first) == usual)
again = Hl7Parser().parse_message(str(first))
print(f"MSH-9.2, PID-5.1, writes what it read: expected {before} at all times, seen after the next message {after}")
print(f"written and read again: PID-11 is {again['PID-11']!r}, PID-12 is {again['PID-12']!r}")
stated = before == ("R01", "DOE", True) and after == ("", "DOE^JANE", False) and (again["PID-11"], again["PID-12"]) == ("Main Street ", "4")
sys.exit(not stated)
PY
timeout 60 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
