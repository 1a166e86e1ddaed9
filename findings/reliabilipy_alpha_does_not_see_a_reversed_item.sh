#!/usr/bin/env bash
set -euo pipefail

# Guess: Cronbach's alpha of a scale falls, here below zero, when items that are worded the other way round were not turned round: that is how one finds them. It is made
#   of the variances of the items and of their sum.
# Seen: PyPI reliabilipy 0.0.36 takes the absolute values of the correlations before anything else. Alpha and omega are the same to the last digit with three of six
#   items reversed, where the formula gives -2.7, and noise without any common part has an alpha of 0.2.
# Cost: a scoring sheet that forgets to turn items round passes its check of reliability, and sums that cancel out are used as scores.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check reliabilipy==0.0.36 factor-analyzer==0.5.1 scikit-learn==1.7.2 pandas==2.3.3 2>/dev/null
cat > try.py <<'PY'
import sys
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
from reliabilipy import reliability_analysis

rng = np.random.default_rng(7)
answers = pd.DataFrame(rng.normal(size=(300, 1)) + 0.7 * rng.normal(size=(300, 6)))
reversed_items = answers.copy()
reversed_items[[0, 1, 2]] *= -1
noise = pd.DataFrame(rng.normal(size=(300, 6)))


def formula(table):
    count = table.shape[1]
    return count / (count - 1) * (1 - table.var().sum() / table.sum(axis=1).var())


def package(table):
    analysis = reliability_analysis(raw_dataset=table, is_corr_matrix=False, n_factors_f=2)
    analysis.fit()
    return analysis.alpha_cronbach


seen = {}
for name, table in {"six items": answers, "three of them reversed": reversed_items, "noise": noise}.items():
    seen[name] = package(table)
    print(f"{name}: expected {formula(table):.2f}, seen {seen[name]:.2f}")
same = abs(seen["six items"] - seen["three of them reversed"]) < 1e-9 and formula(reversed_items) < -2 and seen["noise"] > 0.15
sys.exit(0 if same else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("reliabilipy", "factor-analyzer", "scikit-learn", "pandas",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
