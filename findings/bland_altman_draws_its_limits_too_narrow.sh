#!/usr/bin/env bash
set -euo pipefail

# Guess: the limits of agreement are the mean difference and 1.96 standard deviations of the differences, the deviation being that of a sample (divided by n - 1), as in
#   Bland and Altman's paper and in R's packages.
# Seen: PyPI bland-altman 0.1.4 divides by n. For five pairs the limits that it draws and writes beside the lines are a tenth too narrow (3.72 where it is 4.16).
# Cost: a pilot that compares a new questionnaire with the old one finds them interchangeable within limits that are not the published ones.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check bland-altman==0.1.4 numpy==2.4.6 matplotlib==3.10.6 2>/dev/null
cat > try.py <<'PY'
import re
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from bland_altman import bland_altman_plot

one, other = np.array([10.0, 12, 9, 14, 11]), np.array([8.0, 13, 12, 12, 11])
difference = one - other
bland_altman_plot(one, other)
texts = [text.get_text() for number in plt.get_fignums() for axes in plt.figure(number).axes for text in axes.texts]
upper = next(float(re.search(r"-?\d+\.\d+$", text).group()) for text in texts if text.startswith("+1.96"))
sample, population = (difference.mean() + 1.96 * difference.std(ddof=ddof) for ddof in (1, 0))
print(f"upper limit of agreement: expected {sample:.2f} (n - 1), seen {upper:.2f} (n gives {population:.2f})")
sys.exit(0 if abs(upper - population) < 0.006 and abs(upper - sample) > 0.1 else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("bland-altman", "numpy", "matplotlib",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
