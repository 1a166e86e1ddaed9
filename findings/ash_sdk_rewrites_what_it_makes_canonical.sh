#!/usr/bin/env bash
set -euo pipefail

# Guess: a function that makes JSON canonical "per RFC 8785 (JCS)", in a package that calls itself "RFC 8785 compliant", gives the RFC's bytes: numbers as ECMAScript writes them (3.2.2.3),
#   member names sorted by UTF-16 code units (3.2.3), and texts as they are ("MUST preserve Unicode string data 'as is'", 3.1).
# Seen: PyPI ash-sdk 2.3.3 writes numbers as Python does (1e-07 for 1e-7, 1e-06 for 0.000001, and whole ones in all their digits: 1e21 becomes 1000000000000000000000), sorts by code points, and
#   turns texts into another Unicode form: "e" with a combining accent becomes "é". json-canonical 2.0.0 has the RFC's bytes for all of them.
# Cost: a digest made in Python does not match that of the other side for one small dose, or for a name typed on a Mac, and a genuine record is taken for a changed one.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check ash-sdk==2.3.3 json-canonical==2.0.0 2>/dev/null
cat > try.py <<'PY'
import json
import sys

from ash.canonicalize import ash_canonicalize_json
from json_canonical import canonicalize

# What the RFC prescribes, and what is seen; the numbers are from its appendix B, the member names from 3.2.3.
cases = {
    '{"milligrams":0.000001}': ('{"milligrams":0.000001}', '{"milligrams":1e-06}'),
    '{"milligrams":1e-7}': ('{"milligrams":1e-7}', '{"milligrams":1e-07}'),
    "2.9514790517935283e20": ("295147905179352830000", "295147905179352825856"),
    "1e21": ("1e+21", "1000000000000000000000"),
    '"Rene\\u0301"': ('"Rene\u0301"', '"Ren\u00e9"'),
    '{"\\u20ac":1,"\\ud83d\\ude00":2,"\\uf8ff":3}': ('{"\u20ac":1,"\U0001f600":2,"\uf8ff":3}', '{"\u20ac":1,"\uf8ff":3,"\U0001f600":2}'),
    '{"b":1.0,"a":[4.50,-0.0]}': ('{"a":[4.5,0],"b":1}', '{"a":[4.5,0],"b":1}'),
}
same = True
for text, (expected, stated) in cases.items():
    seen, other = ash_canonicalize_json(text), canonicalize(json.loads(text)).decode()
    print(f"{text}: expected {ascii(expected)}, seen {ascii(seen)}")
    same = same and seen == stated and other == expected
sys.exit(0 if same else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("ash-sdk", "json-canonical",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
