#!/usr/bin/env bash
set -euo pipefail

# Guess: a table that converts by LOINC code has, for a hormone and its sister, factors of the same size: 1 pg/mL of norepinephrine (169
#   g/mol) is 5.91 pmol/L, as 1 pg/mL of epinephrine (183 g/mol) is 5.46 pmol/L. 1 U/mL is 1000 U/L.
# Seen: PyPI labunits 0.2.1 turns 1 pg/mL of norepinephrine (2666-6) into 5.91 nmol/L, a thousand times as much, beside epinephrine
#   (1465-4), which is right; and 1 U/mL of acetylcholinesterase (2099-0) into 1 U/L, a thousandth.
# Cost: a usual norepinephrine of 300 pg/mL is told as 1773 nmol/L, far above that of a tumour (some tens); a usual cholinesterase as that
#   of a poisoning.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check labunits==0.2.1 2>/dev/null
cat > try.py <<'PY'
import sys
from importlib.metadata import version

from labunits import converters as labunits

print("labunits", version("labunits"))
same = True
for name, code, expected, stated in [
    ("epinephrine", "1465-4", "1 pg/mL = 5.46 pmol/L", "1 pg/mL = 5.46 pmol/L"),
    ("norepinephrine", "2666-6", "1 pg/mL = 0.00591 nmol/L", "1 pg/mL = 5.91 nmol/L"),
    ("acetylcholinesterase", "2099-0", "1 U/mL = 1000.0 U/L", "1 U/mL = 1.0 U/L"),
    ("glucose", "2345-7", "1 mg/dL = 0.05551 mmol/L", "1 mg/dL = 0.05551 mmol/L"),
]:
    seen = f"1 {labunits.traditional_unit(code)} = {labunits.to_si_unit(1.0, code)} {labunits.si_unit(code)}"
    print(f"{name}: expected {expected}, seen {seen}")
    same = same and seen == stated
sys.exit(0 if same else 1)
PY
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
