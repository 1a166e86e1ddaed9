#!/usr/bin/env bash
set -euo pipefail

# Guess: the 95 % interval of the reliable change index is the mean plus and minus 1.96 standard errors (Jacobson and Truax, 1991): the same
#   data, the same interval.
# Seen: rci() of PyPI scia 2.1.1 takes for 1.96 what 10,000 random numbers give, drawn anew each time. Twenty calls give twenty intervals;
#   ones of 1.92 and of 2.00 standard errors are usual. The index itself is always the same. It is printed and not returned.
# Cost: a report cannot be made again, and whether a person's change lies outside of the interval may differ between two prints of one page.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check scia==2.1.1 pandas==3.1.1 2>/dev/null
cat > try.py <<'PY'
import contextlib
import io
import sys
import warnings
from importlib.metadata import version

warnings.simplefilter("ignore")
with contextlib.redirect_stdout(io.StringIO()):
    import pandas
    from scia import rci

print("scia", version("scia"))


def factor():
    output = io.StringIO()
    data = pandas.DataFrame({"phase": list("AAAAABBBBB"), "values": [3.0, 4, 3, 5, 4, 9, 8, 9, 9, 8], "mt": range(1, 11)})
    with contextlib.redirect_stdout(output):
        returned = rci(data)
    rows = [line.split() for line in output.getvalue().splitlines() if line.startswith("A-Phase")]
    error, lower, upper = float(rows[0][4]), float(rows[1][1]), float(rows[1][2])
    return (upper - lower) / 2 / error, returned, [line for line in output.getvalue().splitlines() if line.startswith("Jacobson")]


calls = [factor() for _ in range(20)]
factors = sorted(round(each, 4) for each, _, _ in calls)
print(f"half the interval in standard errors, of 20 calls: expected 1.96 each time, seen from {factors[0]} to {factors[-1]}, {len(set(factors))} different ones")
print(f"the index itself: {len({str(index) for _, _, index in calls})} value; returned: {calls[0][1]}")
stated = len(set(factors)) > 5 and 1.8 < factors[0] < factors[-1] < 2.15 and len({str(index) for _, _, index in calls}) == 1 and calls[0][1] is None
sys.exit(0 if stated else 1)
PY
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
