#!/usr/bin/env bash
set -euo pipefail

# Guess: impute_data(maximum_allowed_gap_days=30) fills a longer gap in somebody's diary as use of the substance. Its documentation: when the gap
#   exceeds the limit, "even if the TLFB records at the start and end of the missing block indicate no substance use, the calculator will
#   still impute the entire window as using substance".
# Seen: PyPI abstcal 0.9 fills 199 missing days between two days without use as days without use, with a limit of 30 as with one of 365, and
#   counts the person as abstinent throughout. The limit is looked at only when it is 0 or None.
# Cost: who stopped writing for half a year and came back counts as abstinent for half a year, in a study that meant to count it as use.

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


def abstinent(limit):
    tlfb, seen = TLFBData(diary({0: 0, 200: 0})), VisitData(visits({(1, 0): 0, (1, 1): 181}))
    tlfb.impute_data("linear", last_record_action=None, maximum_allowed_gap_days=limit)
    result, _ = AbstinenceCalculator(tlfb, seen).abstinence_cont(0, [1])
    return int(result.iloc[0, 0])


found = {limit: abstinent(limit) for limit in (365, 30)}
print(f"abstinent through a gap of 199 days, by the limit: expected {{365: 1, 30: 0}}, seen {found}")
sys.exit(0 if found == {365: 1, 30: 1} else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("abstcal", "pandas",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
