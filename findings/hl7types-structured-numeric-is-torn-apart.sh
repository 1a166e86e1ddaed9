#!/usr/bin/env bash
set -euo pipefail
# Guess: OBX-2 names the type of OBX-5: SN (structured numeric) '<^5' is 'less than 5', CWE 'A^Text^L' is a
#   code with a text. A typed model reads them so, and writes them back.
# What happens: hl7types 0.9.5 holds OBX-5 as one text whatever OBX-2 says, and escapes the separators on the
#   way out: '<^5' becomes '<\S\5' and 'A^Text^L' becomes 'A\S\Text\S\L', a single component.
# Cost: the receiver of a result '< 5' sees no comparator and no number, and the one of a code sees an unknown
#   code.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check hl7types==0.9.5 pydantic==2.14.4
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(hl7types) '

cat > check.py <<'PY'
import sys

from hl7types import decode_er7, encode_er7

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


message = "\r".join([
    r"MSH|^~\&|A|B|C|D|20260301120000||ORU^R01^ORU_R01|1|P|2.5.1",
    "PID|1||123^^^H^MR||DOE^ANN",
    "OBR|1|||GOAL^Goal^L",
    "OBX|1|SN|x^X^L||<^5|mg|||||F",
    "OBX|2|CWE|y^Y^L||A^Text^L||||||F",
]) + "\r"
written = [line.split("|")[5] for line in encode_er7(decode_er7(message)).split("\r") if line.startswith("OBX")]
look("SN '<^5', written back", "<^5", r"<\S\5", written[0])
look("CWE 'A^Text^L', written back", "A^Text^L", r"A\S\Text\S\L", written[1])

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
