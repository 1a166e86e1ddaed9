#!/usr/bin/env bash
set -euo pipefail

# Guess: the common language effect size of pairs is the share of people who have more the second time, ties as half (McGraw and Wong,
#   1992): 100 % where everybody gained, 50 % where nobody changed. CLES_2paired says that it gives values from 50 to 100.
# Seen: PyPI CLES 0.1.3 compares n differences with n - 1 zeros and divides by n times n: of five people who all gained it makes 80 %, of
#   five who all lost 100 %, and where nobody changed 60 %. The fewer there are, the further off: of three, everybody gained is the same
#   number as nobody changed (66.7 %).
# Cost: in a small group, where it is used, all of them better is told as a weaker effect than all of them worse, and no change as an
#   effect.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check CLES==0.1.3 numpy==2.4.6 2>/dev/null
cat > try.py <<'PY'
import sys
from importlib.metadata import version

import numpy
from CLES import CLES_2paired

print("CLES", version("CLES"))
same = True
for people, change, expected, stated in [
    (5, 1, 100.0, 80.0), (5, -1, 100.0, 100.0), (5, 0, 50.0, 60.0), (3, 1, 100.0, 66.7), (3, 0, 50.0, 66.7), (100, 1, 100.0, 99.0),
]:
    before = numpy.arange(people, dtype=float)
    seen = round(float(CLES_2paired(before, before + change)), 1)
    print(f"{people} people, each changed by {change}: expected {expected} %, seen {seen} %")
    same = same and seen == stated
sys.exit(0 if same else 1)
PY
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
