#!/usr/bin/env bash
set -euo pipefail

# Guess: extreme_group_test() compares the people with the highest and with the lowest sums, item by item. In what order they stand in the table, and whether they are numbered from 0, does not matter: rows of a DataFrame are known by their
#   labels, and a table that was sorted, filtered or shuffled is as valid as another.
# Seen: PyPI psychometric 0.1.0 takes the positions of the sorted sums (argsort) for labels of rows (.loc). With the labels 0, 1, 2, ... in order it is right: five good items, p < 0.0001. With the same rows shuffled it compares people picked
#   by chance: none of the five discriminates ("不显著", not significant), without an error. The item-total correlations are the same both times.
# Cost: after a sort by date or a shuffle all items of a sound questionnaire look useless, or a bad one looks good by chance, and are thrown out or kept. (The package needs Python 3.12.)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for python in python3 python3.12 python3.13 python3.14 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python; do
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && break
done
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null || { echo "No Python of 3.12 or later was found."; exit 2; }
"$python" -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check psychometric==0.1.0 numpy==2.5.5 pandas==3.1.1 scipy==1.18.1 pingouin==0.6.1 factor_analyzer==0.5.1 semopy==2.3.11 scikit-learn==1.5.2 2>/dev/null
cat > try.py <<'PY'
import sys
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
from psychometric import ItemAnalysis

rng = np.random.default_rng(2)
trait = rng.normal(size=60)
answers = pd.DataFrame({f"q{item}": np.clip(np.round(3 + trait + 0.7 * rng.normal(size=60)), 1, 5) for item in range(1, 6)})
shuffled = answers.sample(frac=1, random_state=1)

seen = {}
for name, table in {"in order": answers, "shuffled": shuffled, "shuffled, numbered anew": shuffled.reset_index(drop=True)}.items():
    analysis = ItemAnalysis(table)
    groups = analysis.extreme_group_test()
    seen[name] = int(groups["significant"].sum()), float(groups["p_value"].max()), tuple(analysis.citc()["citc"].round(6))
    print(f"{name}: items that discriminate: expected 5, seen {seen[name][0]}; largest p {seen[name][1]:.2g}; item-total correlations {[float(value) for value in np.round(seen[name][2], 2)]}")
same = [value[0] for value in seen.values()] == [5, 0, 5] and seen["in order"][1] < 0.0001 < 0.5 < seen["shuffled"][1] and len({value[2] for value in seen.values()}) == 1
sys.exit(0 if same else 1)
PY
venv/bin/python -c 'import sys; from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("psychometric", "pandas", "numpy", "scipy")), "Python " + sys.version.split()[0], sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
