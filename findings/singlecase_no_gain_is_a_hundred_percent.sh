#!/usr/bin/env bash
set -euo pipefail

# Guess: the percentage of non-overlapping data (Scruggs, Mastropieri and Casto, 1987) is the share of days of treatment that lie beyond the
#   most extreme day of the baseline: above its highest where a rise is hoped for. Where treatment never gets above the best day before, it
#   is 0 %.
# Seen: PyPI singlecase 0.2.2 counts what is above the lowest day of the baseline (with decreasing=True: below its highest), which is nearly
#   everything: 100 % where nothing has changed, and with the days of both phases exchanged too. Only where all days of the baseline are
#   equal are the two the same.
# Cost: by the usual bands (over 90 % very effective) nearly every treatment is very effective, the useless and the harmful among them.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check singlecase==0.2.2 pandas==3.1.1 2>/dev/null
cat > try.py <<'PY'
import sys
from importlib.metadata import version

from singlecase import Data, effectsize

print("singlecase", version("singlecase"))


def percentage(baseline, treatment, **more):
    data = Data({"phase": ["A"] * len(baseline) + ["B"] * len(treatment), "days": [float(value) for value in (*baseline, *treatment)]})
    return round(float(effectsize.pnd(data, **more)["days"]), 1)


same = True
for name, expected, stated, seen in [
    ("all above the baseline", 100.0, 100.0, percentage([4, 2, 5, 3, 4], [6, 7, 6, 8, 7])),
    ("nothing changed", 0.0, 100.0, percentage([4, 2, 5, 3, 4], [3, 4, 5, 4, 3])),
    ("it got worse", 0.0, 80.0, percentage([7, 2, 8, 9, 8], [3, 4, 3, 2, 3])),
    ("a fall was hoped for, nothing changed", 0.0, 80.0, percentage([4, 2, 5, 3, 4], [3, 4, 5, 4, 3], decreasing=True)),
    ("an even baseline, nothing changed", 0.0, 0.0, percentage([3, 3, 3], [3, 3, 3])),
]:
    print(f"{name}: expected {expected} %, seen {seen} %")
    same = same and seen == stated
sys.exit(0 if same else 1)
PY
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
