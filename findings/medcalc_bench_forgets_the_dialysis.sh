#!/usr/bin/env bash
set -euo pipefail

# Guess: for somebody who is dialysed the creatinine in MELD-Na is 4.0 mg/dL, whatever was measured. That is the rule of the OPTN, because dialysis lowers the measured value; the function says so too ("because the patient has gone through
#   at least one of [...] we set the creatinine concentration to 4.0").
# Seen: PyPI medcalc-bench 1.7.0 looks at dialysis only if the value is between 1.0 and 4.0. Under 1.0, as after a good dialysis or in somebody with little muscle, it is set to 1.0, and the score is 15 where it is 28 for a creatinine of 1.0.
# Cost: a tenth of a milligram less, and the score that ranks people for a liver falls by 13 points.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check medcalc-bench==1.7.0 2>/dev/null
cat > try.py <<'PY'
import sys

from medcalc.meldna import compute_meldna_explanation

seen = {}
for creatinine in (0.9, 1.0, 2.0, 4.5):
    seen[creatinine] = compute_meldna_explanation(
        {"creatinine": (creatinine, "mg/dL"), "dialysis_twice": True, "bilirubin": (2.8, "mg/dL"), "inr": 1.5, "sodium": (137.0, "mEq/L")}
    )["Answer"]
    print(f"dialysed twice in the week, creatinine {creatinine}: expected 28, seen {seen[creatinine]}")
sys.exit(0 if seen == {0.9: 15, 1.0: 28, 2.0: 28, 4.5: 28} else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print("medcalc-bench", version("medcalc-bench"))'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
