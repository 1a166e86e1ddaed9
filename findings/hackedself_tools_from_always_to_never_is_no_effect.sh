#!/usr/bin/env bash
set -euo pipefail

# Guess: Cohen's d of a window in which somebody drank five each day and one in which they drank none is as large as can be, infinite, or cannot be computed. Ranked by
#   effect, what ended the drinking stands first.
# Seen: PyPI hackedself-tools 0.1.0, made for comparisons within one person, gives 0.0 whenever neither window varies, and ranks that intervention last, behind one that
#   changed next to nothing.
# Cost: in counts of days or drinks, where 0 throughout is the aim, complete success is the one result that is reported as none.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check hackedself-tools==0.1.0 2>/dev/null
cat > try.py <<'PY'
import sys

from hackedself_tools import cohens_d, rank_interventions

baseline = [5, 5, 5, 5, 5, 5, 5]
effects = {"to none at all": cohens_d([0] * 7, baseline), "to four or five": cohens_d([5, 4, 5, 5, 4, 5, 5], baseline), "to none but once": cohens_d([0, 0, 0, 0, 0, 0, 1], baseline)}
for name, effect in effects.items():
    print(f"from five a day {name}: {effect:.2f}")
ranked = [name for name, _ in rank_interventions(effects)]
print(f"expected first: to none at all\nseen: {ranked}")
sys.exit(0 if effects["to none at all"] == 0 and ranked == ["to none but once", "to four or five", "to none at all"] else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("hackedself-tools",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
