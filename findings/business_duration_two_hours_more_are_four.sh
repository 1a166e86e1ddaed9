#!/usr/bin/env bash
set -euo pipefail

# Guess: of a ward that is staffed from 21:00 to 3:00, Monday 21:00 to Wednesday 1:00 has ten staffed hours (3 and 6 and 1), and until 3:00 two more. The function takes a closing time before the opening one for
#   a night, and its code names the case ("Eg. 9PM - 3AM").
# Seen: PyPI business-duration 0.68 says 8 and 12: it ends every night between at the hour at which the last one ended. What begins after midnight does not count on its first day: one hour from 1:00 to 2:00 is 0.
#   With opening hours by day all is right.
# Cost: response times and hours of care of night services are wrong by up to six hours for each night between.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check business-duration==0.68 pandas==2.3.3 numpy==2.4.6 2>/dev/null
cat > try.py <<'PY'
import sys
from datetime import time
from importlib.metadata import version

import pandas as pd
from business_duration import businessDuration

print("business-duration", version("business-duration"))


def hours(start, end, opens=21, closes=3):
    span = {"startdate": pd.Timestamp(start), "enddate": pd.Timestamp(end)}
    return businessDuration(**span, starttime=time(opens), endtime=time(closes), weekendlist=[], unit="hour")


cases = [
    ("2026-03-02 21:00", "2026-03-03 01:00", 4, 4), ("2026-03-02 21:00", "2026-03-04 01:00", 10, 8),
    ("2026-03-02 21:00", "2026-03-04 03:00", 12, 12), ("2026-03-02 01:00", "2026-03-02 02:00", 1, 0),
]
same = hours("2026-03-02 09:00", "2026-03-04 10:00", 9, 17) == 17
for start, end, expected, stated in cases:
    seen = hours(start, end)
    print(f"{start} to {end}: expected {expected}, seen {seen}")
    same = same and seen == stated
sys.exit(not same)
PY
timeout 120 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
