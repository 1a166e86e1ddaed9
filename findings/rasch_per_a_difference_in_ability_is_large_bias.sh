#!/usr/bin/env bash
set -euo pipefail

# Guess: ets_class says how strongly an item favours one of two groups among people who are alike: A negligible, B moderate, C large. The delta scale of ETS (-2.35 times the logarithm of the Mantel-Haenszel odds ratio) is
#   defined on people matched by their score; with items that work alike in both groups it is near 0, whatever the groups can do. The documentation calls it the effect size of the analysis.
# Seen: PyPI rasch-per 0.1.0 takes the odds of the two groups as they are, without matching. For ten items without any bias, and groups that differ by one logit, eight are C and two are B, while "dif" is under 0.25 and "flag" is
#   False for all ten.
# Cost: a questionnaire that treats the ill and the healthy alike is reported as strongly biased in every item, because the ill are more ill; items are thrown out until the scale no longer sees it.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check rasch-per==0.1.0 numpy==2.4.6 pandas==2.3.3 scipy==1.16.3 2>/dev/null
cat > try.py <<'PY'
import sys
import warnings

import matplotlib
import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
matplotlib.use("Agg")
from rasch_per import DIFAnalysis, RaschModel, ResponseData

people, difficulty = 600, np.linspace(-1.5, 1.5, 10)
groups = np.repeat(["one", "other"], people)


def classes(difference):
    rng = np.random.default_rng(5)
    ability = np.concatenate([rng.normal(difference / 2, 1, people), rng.normal(-difference / 2, 1, people)])
    answers = (rng.random((2 * people, 10)) < 1 / (1 + np.exp(difficulty - ability[:, None]))).astype(int)
    table = DIFAnalysis(RaschModel().fit(ResponseData(pd.DataFrame(answers))), groups, "one", "other").analyze().table
    score = answers.sum(axis=1)
    matched = []  # Mantel-Haenszel, by hand
    for item in range(10):
        above = below = 0.0
        for level in range(1, 10):
            one, other = (answers[(score == level) & (groups == group), item] for group in ("one", "other"))
            if len(one) and len(other):
                above += one.sum() * (1 - other).sum() / (len(one) + len(other))
                below += (1 - one).sum() * other.sum() / (len(one) + len(other))
        matched.append(abs(2.35 * np.log(above / below)))
    return "".join(table["ets_class"]), bool(table["flag"].any()), float(table["dif"].abs().max()), "".join("A" if delta < 1 else "B" if delta < 1.5 else "C" for delta in matched)


alike, apart = classes(0), classes(1)
for name, (seen, flag, dif, expected) in {"groups alike": alike, "groups a logit apart": apart}.items():
    print(f"{name}, no bias: expected {expected} (matched by score), seen {seen}; any item flagged: {flag}; largest dif {dif:.2f} logits")
sys.exit(0 if alike[0] == alike[3] == apart[3] == "A" * 10 and "A" not in apart[0] and apart[0].count("C") >= 6 and not apart[1] else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("rasch-per", "numpy", "pandas", "scipy")), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
