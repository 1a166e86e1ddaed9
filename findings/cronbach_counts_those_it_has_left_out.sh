#!/usr/bin/env bash
set -euo pipefail

# Guess: with nan_policy="listwise" ("remove the entire rows that contain missing values") alpha and its interval are those of the rows that are left; whether the caller or
#   the function drops the others does not matter. In the formula that the documentation gives for the interval, "n is the number of subjects".
# Seen: PyPI cronbach 0.6.0, and pingouin 0.7.0, from which it was taken, count the rows before they drop any: alpha is the same, the interval is that of the whole sample. With
#   26 of 60 questionnaires incomplete it is 0.68 to 0.86, where the 34 complete ones by themselves give 0.63 to 0.88. The documentation's own example has it.
# Cost: the more answers are missing, the surer the scale looks; "reliable enough, the lower bound is over 0.65" is said of a sample that does not show it.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check cronbach==0.6.0 pingouin==0.7.0 numpy==2.4.6 pandas==2.3.3 scipy==1.16.3 2>/dev/null
cat > try.py <<'PY'
import sys
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
import cronbach
import pingouin

rng = np.random.default_rng(1)
answers = pd.DataFrame(rng.normal(size=(60, 1)) + rng.normal(size=(60, 5)))
answers = answers.where(rng.random(answers.shape) > 0.15)
complete = answers.dropna()
print(f"{len(answers)} questionnaires, {len(complete)} of them complete")
same = True
for name, alpha in {"cronbach": cronbach.alpha, "pingouin": pingouin.cronbach_alpha}.items():
    (value, expected), (other, seen) = alpha(complete), alpha(answers, nan_policy="listwise")
    print(f"{name}: alpha {value:.3f} and {other:.3f}; interval expected {expected.tolist()} (dropped by the caller), seen {seen.tolist()} (dropped by the function)")
    same = same and abs(value - other) < 1e-9 and seen[0] > expected[0] + 0.03 and seen[1] < expected[1]
sys.exit(0 if same else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("cronbach", "pingouin", "numpy", "pandas", "scipy",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
