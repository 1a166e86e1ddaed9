#!/usr/bin/env bash
set -euo pipefail
# Guess: HL7 v2: a backslash in text is written \E\. What decodes \E\ to a backslash encodes a backslash to
#   \E\.
# What happens: hl7types 0.9.5 decodes \E\ and writes the bare backslash: C:\E\temp\E\x leaves as C:\temp\x,
#   in which \temp\ is now an (unknown) escape sequence. A text that had '\T\' in it after decoding leaves as
#   an ampersand.
# Cost: text changes at each hop, and a receiver is allowed to drop the part between the backslashes.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check hl7types==0.9.5 pydantic==2.14.4 hl7==0.4.5
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(hl7types|hl7) '

cat > check.py <<'PY'
import logging
import sys

import hl7
from hl7types import decode_er7, encode_er7

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


logging.disable(logging.CRITICAL)


def message(text):
    return "\r".join([
        r"MSH|^~\&|A|B|C|D|20260301120000||ORU^R01^ORU_R01|1|P|2.5.1",
        "PID|1||123^^^H^MR||DOE^ANN",
        "OBR|1|||GOAL^Goal^L",
        f"OBX|1|TX|x^X^L||{text}||||||F",
    ]) + "\r"


def written(text):
    er7 = encode_er7(decode_er7(message(text)))
    return next(line for line in er7.split("\r") if line.startswith("OBX")).split("|")[5]


def meaning(text):
    return hl7.parse(message(text)).unescape(text)


for text, stated, meant in [(r"C:\E\temp\E\x", r"C:\temp\x", "C:x"), (r"a \E\T\E\ b", r"a \T\ b", "a & b")]:
    look(f"{text}, written back", text, stated, written(text))
    look("its meaning to the next reader (python-hl7)", meaning(text), meant, meaning(written(text)))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
