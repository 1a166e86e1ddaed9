#!/usr/bin/env bash
set -euo pipefail
# Guess: escape sequences are there so that a delimiter can be part of a text (HL7 v2, 2.7): a message is split
#   first, and "\S\" is undone in the pieces. The library claims full support for them.
# What happens: hl7conv2 0.2.5 undoes "\S\" before it splits a field into components, by default: "10\S\9/L" comes
#   as "10" and "9/L", like "10^9/L". "\T\" and "\R\" are right. escaping_enabled=False keeps fields whole, with the
#   sequences in them.
# Cost: a reader of the JSON who takes the first component has "10". What was one text cannot be told from a coded
#   value with components.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
timeout 900 "$work/venv/bin/pip" install -q --disable-pip-version-check hl7conv2==0.2.5 2>/dev/null

cat > "$work/check.py" <<'PY'
import sys
from importlib.metadata import version

from hl7conv2 import Hl7Json

print("hl7conv2", version("hl7conv2"), "python", sys.version.split()[0])
changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed |= seen != stated


def fifth(text, **options):
    message = r"MSH|^~\&|A|B|C|D|20260302100000||ORU^R01|1|P|2.5" + "\r" + f"OBX|1|TX|note||{text}||||||F\r"
    (segment,) = [s for s in Hl7Json(message, **options).hl7_json if s["segment_name"] == "OBX"]
    return {key: value for key, value in segment.items() if key.startswith("5")}


look("O\\T\\Neil", {"5": "O&Neil"}, {"5": "O&Neil"}, fifth("O\\T\\Neil"))
look("10\\S\\9/L", {"5": "10^9/L"}, {"5.1": "10", "5.2": "9/L"}, fifth("10\\S\\9/L"))
look("10^9/L", {"5.1": "10", "5.2": "9/L"}, {"5.1": "10", "5.2": "9/L"}, fifth("10^9/L"))
look("A\\R\\B", {"5": "A~B"}, {"5": "A~B"}, fifth("A\\R\\B"))
look("10\\S\\9/L, escaping_enabled=False", {"5": "10\\S\\9/L"}, {"5": "10\\S\\9/L"}, fifth("10\\S\\9/L", escaping_enabled=False))
if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 "$work/venv/bin/python" "$work/check.py"
