#!/usr/bin/env bash
set -euo pipefail
# Guess: unescape() of a text field returns text. HL7 v2 allows locally defined escape sequences (\Zdd\), so
#   an unknown one is valid and is kept or left out.
# What happens: hl7 0.4.5 (python-hl7) leaves it out and logs an error with the whole field, which Python
#   prints to stderr when logging is not set up.
# Cost: a note of a patient is in the log files of a service whose authors log no patient text at all.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check hl7==0.4.5
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(hl7) '

cat > check.py <<'PY'
import contextlib
import io
import sys

import hl7

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


message = hl7.parse("\r".join([
    r"MSH|^~\&|A|B|C|D|20260301120000||ORU^R01^ORU_R01|1|P|2.5.1",
    r"OBX|1|TX|note^Note^L||Ann told me \Z01\ about the relapse||||||F",
]))
stderr = io.StringIO()
with contextlib.redirect_stderr(stderr):
    text = message.extract_field("OBX", 1, 5)
look("the text", "with or without the sequence", "Ann told me  about the relapse", text)
look("the patient's words on stderr", "False", True, "Ann told me" in stderr.getvalue())

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
