#!/usr/bin/env bash
set -euo pipefail

# Guess: the criterion "2 days/7 days" looks at any seven days in a row ("the time intervals are rolling windows"); the order of the rows in the diary's file makes no
#   difference, since each row has its date.
# Seen: PyPI abstcal 0.9 looks at seven rows in a row. Of one diary with use on three days of a week it says "not abstinent" if the rows stand by date, and "abstinent"
#   if they stand by weekday. Imputing sorts them; without imputation, as for responders only, nothing does.
# Cost: an export that is sorted otherwise (by form, by weekday, by date as text) changes who is abstinent, with no missing day to show it.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check abstcal==0.9 pandas==2.3.3 2>/dev/null
cat > try.py <<'PY'
import sys
import warnings

import matplotlib
import pandas as pd

warnings.filterwarnings("ignore")
matplotlib.use("Agg")
from abstcal import AbstinenceCalculator, TLFBData, VisitData

day = pd.Timestamp("2026-01-01")
rows = [(1, day + pd.Timedelta(days=at), 1 if at in (28, 29, 30) else 0) for at in range(70)]
visits = pd.DataFrame([(1, 0, day), (1, 1, day + pd.Timedelta(days=63))], columns=["id", "visit", "date"])


def abstinent(order):
    diary = TLFBData(pd.DataFrame(order, columns=["id", "date", "amount"]))
    result, _ = AbstinenceCalculator(diary, VisitData(visits)).abstinence_prolonged(0, [1], "2 days/7 days", grace_days=14)
    return int(result.iloc[0, 0])


by_date, by_weekday = abstinent(rows), abstinent(sorted(rows, key=lambda row: (row[1].weekday(), row[1])))
print(f"use on three days in a row; abstinent by '2 days/7 days'\nrows by date: expected 0, seen {by_date}\nrows by weekday: expected 0, seen {by_weekday}")
sys.exit(0 if (by_date, by_weekday) == (0, 1) else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("abstcal", "pandas",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
