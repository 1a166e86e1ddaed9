#!/usr/bin/env bash
set -euo pipefail

# Guess: a fentanyl patch of 75 micrograms an hour is 180 MME (morphine milligram equivalents) a day: the factor of 2.4, which the function has too, is by micrograms an hour, in the CDC's table that it follows. Buccal fentanyl, by the
#   microgram as well, gives 13 MME for 100 micrograms.
# Seen: PyPI medcalc-bench 1.7.0 knows the patch as "FentANYL patch" in its table of factors, and as "FentaNYL patch" where it decides which drugs are counted in micrograms. So the dose of the patch is turned into milligrams first: 75
#   micrograms are 0.18 MME. (The other spelling is a KeyError.)
# Cost: the strongest opioid that somebody takes adds nothing to their daily sum, and a person far over the 90 MME of the guideline is counted as taking next to none.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check medcalc-bench==1.7.0 2>/dev/null
cat > try.py <<'PY'
import sys

from medcalc.mme import mme_explanation


def daily(drug, dose, unit):
    return mme_explanation({f"{drug} Dose": (dose, unit), f"{drug} Dose Per Day": (1, "per day")})["Answer"]


patch, buccal, morphine = daily("FentANYL patch", 75, "µg"), daily("FentaNYL buccal", 100, "µg"), daily("Morphine", 30, "mg")
print(f"MME a day of a patch with 75 µg: expected 180, seen {patch}\nof 100 µg buccal: expected 13, seen {buccal}\nof 30 mg morphine: expected 30, seen {morphine}")
sys.exit(0 if (patch, buccal, morphine) == (0.18, 13.0, 30) else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print("medcalc-bench", version("medcalc-bench"))'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
