#!/usr/bin/env bash
set -euo pipefail

# Guess: phases=("A", "C") compares phase C with phase A; the docstrings say "Phases to compare".
# Seen: nap, pnd and pem of PyPI scia 2.1.1 compare B with A whatever phases says: three phases, of which C alone is better, give the same
#   numbers for all pairs. Phases that have other names (("before", "after")) give no number at all, and nothing is said. overlap() leaves
#   IRD empty (NaN) also where all is in order, as ird() prints its number and gives none.
# Cost: a study of baseline, treatment and follow-up reports the treatment's numbers as those of the follow-up.

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
    from scia import nap, overlap, pnd

print("scia", version("scia"))


def case(names="ABC"):
    days = [3, 4, 3, 5, 4, 4, 3, 5, 4, 3, 9, 8, 9, 9, 8][: 5 * len(names)]
    return pandas.DataFrame({"phase": [name for name in names for _ in range(5)], "values": [float(day) for day in days], "mt": range(1, len(days) + 1)})


def quiet(function, *args, **more):
    with contextlib.redirect_stdout(io.StringIO()):
        return function(*args, **more)


def numbers(data, phases):
    return str(quiet(nap, data, phases=phases)["NAP"].iloc[0]), quiet(pnd, data, phases=phases)["PND (%)"].iloc[0]


same = True
for name, expected, stated, seen in [
    ("NAP and PND of A and B", ("50.0", "0.0%"), ("50.0", "0.0%"), numbers(case(), ("A", "B"))),
    ("NAP and PND of A and C", ("100.0", "100.0%"), ("50.0", "0.0%"), numbers(case(), ("A", "C"))),
    ("NAP and PND of before and after", ("50.0", "0.0%"), ("nan", None), numbers(case(["before", "after"]), ("before", "after"))),
    ("IRD of A and B in overlap()", "a number", "nan", str(quiet(overlap, case("AB"))["IRD"].iloc[0])),
]:
    print(f"{name}: expected {expected}, seen {seen}")
    same = same and seen == stated
sys.exit(0 if same else 1)
PY
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
