#!/usr/bin/env bash
set -euo pipefail

# Guess: Cohen's d without its sign ("absolute cohen's d") is the same whichever group is named first, and the same as the package computes from the two means, standard
#   deviations and sizes.
# Seen: in PyPI cohens-d 0.1.5 cohensd_2ind divides the squares of the second group by n - 2 where it should be n - 1, so the order matters: 1.578 and 1.568 for
#   the groups below, and 1.641 from the same groups' means and deviations. Against a group of two the effect is 0, instead of 2.007.
# Cost: in groups of the size that a ward has, the effect of a treatment is too small, and by how much depends on whether the control group is the
#   first or the second argument.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check cohens-d==0.1.5 numpy==2.4.6 2>/dev/null
cat > try.py <<'PY'
import sys
import warnings

import numpy as np
from cohens_d import cohensd_2ind, cohensd_2ind_from_stats

warnings.filterwarnings("ignore")
treated, control, two = np.array([3.0, 5, 4, 6, 2, 5, 4, 3, 6, 5]), np.array([6.0, 8, 5, 7, 6]), np.array([6.0, 8.0])


def from_stats(one, other):
    return cohensd_2ind_from_stats(one.mean(), other.mean(), one.std(ddof=1), other.std(ddof=1), len(one), len(other))


seen = [round(float(value), 3) for value in (cohensd_2ind(treated, control), cohensd_2ind(control, treated), cohensd_2ind(treated, two))]
right = [round(float(value), 3) for value in (from_stats(treated, control), from_stats(control, treated), from_stats(treated, two))]
print(f"(treated, control), (control, treated), (treated, two people)\nexpected: {right}\nseen:     {seen}")
sys.exit(0 if seen == [1.578, 1.568, 0.0] and right == [1.641, 1.641, 2.007] else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("cohens-d", "numpy",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
