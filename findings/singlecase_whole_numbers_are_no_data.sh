#!/usr/bin/env bash
set -euo pipefail

# Guess: a column of numbers is a variable that can be compared; counts of days are whole numbers. The nonoverlap of all pairs (Parker and
#   Vannest, 2009) counts a tie as half, so that it is 0.5 where nothing has changed.
# Seen: for PyPI singlecase 0.2.2 only columns of floats are variables: of whole numbers the answer is an empty series, without a word. A
#   tie counts as nothing, so that two equal phases have 0.0, the value of the worst decline there can be, and scales with few steps, where
#   ties are frequent, are far too low.
# Cost: the same table gives numbers or nothing depending on whether one day is missing (which turns pandas' column into floats); five weeks
#   at the same good level are told as total decline.

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


def overlap(baseline, treatment):
    data = Data({"phase": ["A"] * len(baseline) + ["B"] * len(treatment), "days": [*baseline, *treatment]})
    return [round(float(value), 3) for value in effectsize.nap(data)]


same = True
for name, expected, stated, seen in [
    ("floats, a clear rise", [1.0], [1.0], overlap([1.0, 2, 1], [3.0, 4, 3])),
    ("whole numbers, a clear rise", [1.0], [], overlap([1, 2, 1], [3, 4, 3])),
    ("whole numbers, one missing", [1.0], [1.0], overlap([1, 2, None], [3, 4, 3])),
    ("all days equal", [0.5], [0.0], overlap([3.0, 3, 3], [3.0, 3, 3])),
    ("twice 2, then 2 and 3", [0.75], [0.5], overlap([2.0, 2], [2.0, 3])),
]:
    print(f"{name}: expected {expected}, seen {seen}")
    same = same and seen == stated
sys.exit(0 if same else 1)
PY
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
