#!/usr/bin/env bash
set -euo pipefail

# Guess: who has cycles of 21 days is due a week earlier than who has cycles of 28, and with 35 a week later. That is Naegele's rule, as the function itself explains it: "we then add or subtract days [...] depending on how many
#   more or less days a patient's cycle length is from the standard 28 days".
# Seen: PyPI medcalc-bench 1.7.0 adds in both cases. For 21 days it writes "we must subtract 7 days [...] hence, the patient's estimated due date is" a date a week later than for 28, the same as for 35. The example in its documentation
#   has it as well.
# Cost: a due date two weeks too late, with an explanation beside it that reads right.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check medcalc-bench==1.7.0 2>/dev/null
cat > try.py <<'PY'
import sys

from medcalc.estimated_due_date import add_40_weeks_explanation

seen = {}
for cycle, expected in ((21, "10/01/2026"), (28, "10/08/2026"), (35, "10/15/2026")):
    answer = add_40_weeks_explanation({"cycle_length": cycle, "menstrual_date": "01/01/2026"})
    seen[cycle] = answer["Answer"]
    said = "subtract 7" if "subtract 7 days" in answer["Explanation"] else "add 7" if "add 7 days" in answer["Explanation"] else "no change"
    print(f"last period on 01/01/2026, cycles of {cycle} days: expected {expected}, seen {seen[cycle]} (it says: {said})")
sys.exit(0 if seen == {21: "10/15/2026", 28: "10/08/2026", 35: "10/15/2026"} else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print("medcalc-bench", version("medcalc-bench"))'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
