#!/usr/bin/env bash
set -euo pipefail

# Guess: the number is what the explanation beside it arrives at. A pulse of 80 is not one of the SIRS criteria (over 90), so for somebody with nothing unusual the count is 0. On the Glasgow Coma Scale, as the function says, a response
#   that is not testable "gets the full score for that attribute": 15 for somebody who is awake and intubated.
# Seen: PyPI medcalc-bench 1.7.0 writes of a pulse of 80 that it "does not meet SIRS criteria [...] and so the current total remains at 0", and counts 1; a single fever then makes two, which is SIRS. It writes of a verbal response that is
#   not testable that "we assume that the patient's verbal response is oriented", and adds 4, not 5.
# Cost: everybody with one criterion is a case of SIRS; a coma scale is a point too low for all who cannot be asked. Reading the text does not show either.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check medcalc-bench==1.7.0 2>/dev/null
cat > try.py <<'PY'
import sys

from medcalc.glasgow_coma_score import compute_glasgow_coma_score_explanation
from medcalc.sirs_criteria import sirs_criteria_explanation


def sirs(pulse, temperature):
    values = {"temperature": (temperature, "degrees celsius"), "heart_rate": (pulse, "beats per minute"), "wbc": (7000, "m^3"), "respiratory_rate": (14, "breaths per minute"), "paco2": (40, "mm hg")}
    return sirs_criteria_explanation(values)


calm, fever = sirs(80, 37), sirs(80, 39)
coma = compute_glasgow_coma_score_explanation({"best_eye_response": "eyes open spontaneously", "best_verbal_response": "not testable", "best_motor_response": "obeys commands"})
print(f"SIRS criteria, pulse 80, 37.0: expected 0, seen {calm['Answer']}; with 39.0: expected 1, seen {fever['Answer']}")
print(f"Glasgow Coma Scale, awake, speech not testable: expected 15, seen {coma['Answer']}")
told = "so the current total remains at 0" in " ".join(calm["Explanation"].split()) and "verbal response is oriented" in coma["Explanation"]
print(f"the explanations say what was expected: {told}")
sys.exit(0 if (calm["Answer"], fever["Answer"], coma["Answer"], told) == (1, 2, 14, True) else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print("medcalc-bench", version("medcalc-bench"))'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
