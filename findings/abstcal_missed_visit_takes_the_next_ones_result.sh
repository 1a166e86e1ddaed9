#!/usr/bin/env bash
set -euo pipefail

# Guess: abstinence_cont(0, [1, 2]) gives a column for visit 1 and one for visit 2. Who missed visit 1 has nothing (or 0) in the first and their
#   result in the second. The order in which the visits are named makes no difference but to the order of the columns.
# Seen: PyPI abstcal 0.9 puts the result at visit 2 under visit 1 and leaves visit 2 empty. Named as [2, 1], the two columns change names and keep
#   their content, for everybody.
# Cost: rates per visit are wrong wherever a visit was missed, and the people who missed one leave the denominator of a later visit, where they were
#   seen.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check abstcal==0.9 pandas==2.3.3 2>/dev/null
cat > try.py <<'PY'
import sys, warnings

import matplotlib
import pandas as pd

warnings.filterwarnings("ignore")
matplotlib.use("Agg")
from abstcal import AbstinenceCalculator, TLFBData, VisitData


def diary(amounts, person=1):
    day = pd.Timestamp("2026-01-01")
    return pd.DataFrame([(person, day + pd.Timedelta(days=at), amount) for at, amount in amounts.items()], columns=["id", "date", "amount"])


def visits(days):
    day = pd.Timestamp("2026-01-01")
    return pd.DataFrame([(person, visit, day + pd.Timedelta(days=at)) for (person, visit), at in days.items()], columns=["id", "visit", "date"])


diaries = pd.concat([diary({at: 1 if at == 40 else 0 for at in range(100)}, person) for person in (1, 2)], ignore_index=True)
seen_at = VisitData(visits({(1, 0): 0, (1, 1): 30, (1, 2): 60, (2, 0): 0, (2, 2): 60}))
calculator = AbstinenceCalculator(TLFBData(diaries), seen_at)


def table(order):
    result, _ = calculator.abstinence_cont(0, order)
    return {column[-2:]: ["none" if pd.isna(value) else int(value) for value in result[column]] for column in sorted(result.columns)}


print("both people used once, between visits 1 (day 30) and 2 (day 60); the second person missed visit 1")
print("expected, in either order: {'v1': [1, 'none'], 'v2': [0, 0]}")
forward, backward = table([1, 2]), table([2, 1])
print(f"seen, named as [1, 2]: {forward}\nseen, named as [2, 1]: {backward}")
stated = ({"v1": [1, 0], "v2": [0, "none"]}, {"v1": [0, "none"], "v2": [1, 0]})
sys.exit(0 if (forward, backward) == stated else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("abstcal", "pandas",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
