#!/usr/bin/env bash
set -euo pipefail
# Guess: every non-special code of ucum-essence.xml means in pint what UCUM defines: [cft_i] is a cubic foot
#   (0.0283 m3), ' is a minute of arc, g% is g/dL.
# What happens: ucumvert 0.3.2 takes [cft_i] for a hundredth of a foot (a length), [cyd_i] for a hundredth of
#   a yard, ' for a minute of time, and g% for a hundredth of a gram (a mass). No code is refused.
# Cost: a haemoglobin in g% or a joint angle in minutes has another dimension; where only the number is
#   stored, nobody notices.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check ucumvert==0.3.2 pint==0.25.3
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(ucumvert|pint) '

cat > check.py <<'PY'
import sys

from ucumvert import PintUcumRegistry

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


registry = PintUcumRegistry()
for code, expected, stated in [
    ("[cft_i]", "0.0283168 meter ** 3", "0.003048 meter"),
    ("[cyd_i]", "0.764555 meter ** 3", "0.009144 meter"),
    ("'", "0.000290888 radian", "60 second"),
    ("g%", "10 kilogram / meter ** 3", "1e-05 kilogram"),
]:
    look(f"1 {code}", expected, stated, f"{registry.from_ucum(code).to_base_units():.6g}")

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
