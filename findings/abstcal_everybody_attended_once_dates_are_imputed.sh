#!/usr/bin/env bash
set -euo pipefail

# Guess: the attendance rate of a visit says who came. Imputing the dates of missed visits, which intention-to-treat needs, leaves it alone; the
#   retention rate in the same table does leave the imputed dates out.
# Seen: in PyPI abstcal 0.9 half of the people came to the last visit; after impute_data() the same table still says 50 % retention and now 100 %
#   attendance.
# Cost: a report made at the usual place, after imputation, says that nobody missed a visit.

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


data = VisitData(visits({(person, visit): 30 * visit for person in (1, 2, 3, 4) for visit in (0, 1, 2) if visit == 0 or person < 3}))


def rates():
    return tuple(data.get_retention_rates().loc[2, ["retention_rate", "attendance_rate"]])


before = rates()
data.impute_data()
after = rates()
print(f"(retention, attendance) at the last visit before imputing: {before}\nexpected after it: {before}\nseen after it:     {after}")
sys.exit(0 if (before, after) == (("50.00%", "50.00%"), ("50.00%", "100.00%")) else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("abstcal", "pandas",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
