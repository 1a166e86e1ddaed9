#!/usr/bin/env bash
set -euo pipefail
# Guess: parse_message(text).to_er7() gives the text back; \.br\ (new line) and \X41\ are escape sequences of
#   HL7 v2 (chapter 2, 'Use of escape sequences in text fields').
# What happens: hl7apy 1.3.5 keeps \T\ and \H\ and takes the others for bare backslashes: \.br\ becomes
#   \E\.br\E\, so the receiver shows the letters '\.br\'. It is so in .value already, and validate() says that
#   the message is fine.
# Cost: every note loses its line breaks on the way through a router that only reads and writes. python-hl7
#   0.4.5 gives the text back unchanged.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check hl7apy==1.3.5 hl7==0.4.5
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(hl7apy|hl7) '

cat > check.py <<'PY'
import sys

import hl7
from hl7apy.parser import parse_message

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


note = r"first line\.br\second line \T\ \X41\ third"
message = "\r".join([
    r"MSH|^~\&|A|B|C|D|20260301120000||ORU^R01^ORU_R01|1|P|2.5.1",
    "PID|1||123^^^H^MR||DOE^ANN",
    "OBR|1|||GOAL^Goal^L",
    f"OBX|1|TX|note^Note^L||{note}||||||F",
]) + "\r"


def fifth_of_obx(text):
    return next(line for line in text.split("\r") if line.startswith("OBX")).split("|")[5]


look("python-hl7, OBX-5 written back", note, note, fifth_of_obx(str(hl7.parse(message))))
parsed = parse_message(message)
look("hl7apy, validate()", "True", True, parsed.validate())
stated = r"first line\E\.br\E\second line \T\ \E\X41\E\ third"
look("hl7apy, OBX-5 written back", note, stated, fifth_of_obx(parsed.to_er7()))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
