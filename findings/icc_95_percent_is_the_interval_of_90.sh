#!/usr/bin/env bash
set -euo pipefail

# Guess: icc(..., confidence_level=0.95) gives the 95 % interval of an intraclass correlation. The package says that it follows R's irr, which takes half of the 5 % at each
#   end. Shrout and Fleiss's example of six targets and four judges has the interval -0.13 to 0.72 for ICC(1,1), and 0.34 to 0.95 for ICC(3,1).
# Seen: PyPI icc 0.1.1 takes the whole 5 % at each end, in all six forms: -0.10 to 0.64, and 0.41 to 0.93. That is a 90 % interval. One has to ask for 0.975.
# Cost: two raters' agreement is published as certain within bounds that are too narrow, and "the lower bound is above 0.4" holds where it does not.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check icc==0.1.1 numpy==2.4.6 scipy==1.16.3 2>/dev/null
cat > try.py <<'PY'
import sys

import numpy as np
from icc import icc
from scipy.stats import f

ratings = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
people, raters = ratings.shape
same = True
for form, kind in {"ICC(1,1)": ("oneway", "agreement"), "ICC(3,1)": ("twoway", "consistency")}.items():
    value, ratio, one, other, _, low, high = icc(ratings, model=kind[0], type=kind[1], unit="single", confidence_level=0.95)
    bounds = {}
    for tail in (0.025, 0.05):
        ends = ratio / f.isf(tail, one, other), ratio * f.isf(tail, other, one)
        bounds[tail] = tuple(round(float((end - 1) / (end + raters - 1)), 2) for end in ends)
    seen = round(float(low), 2), round(float(high), 2)
    print(f"{form} = {value:.2f}: the 95 % interval, expected {bounds[0.025]}, seen {seen} (the 90 % interval is {bounds[0.05]})")
    same = same and seen == bounds[0.05] != bounds[0.025]
sys.exit(0 if same else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("icc", "numpy", "scipy",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
