#!/usr/bin/env bash
set -euo pipefail
# Guess: UCUM's [Cal], the Calorie of a nutrition label, is 1 kcal_th = 4184 J; so says the ucum-essence.xml
#   that ucumvert ships.
# What happens: ucumvert 0.3.2 maps [Cal] to pint's calorie: 4.184 J. It converts without an error, a thousand
#   times too small.
# Cost: an intake of 2000 [Cal]/d becomes 8.4 kJ a day.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check ucumvert==0.3.2 pint==0.25.3
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(ucumvert|pint) '

cat > check.py <<'PY'
import pathlib
import sys

import ucumvert
from ucumvert import PintUcumRegistry
from xml.etree import ElementTree

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


registry = PintUcumRegistry()
essence = pathlib.Path(ucumvert.__file__).parent.joinpath("vendor", "ucum-essence.xml").read_text(encoding="utf-8")
definition = essence.split('<unit Code="[Cal]"')[1].split("</unit>")[0].split("<value ")[1].split(">")[0]
look("UCUM's own definition", 'Unit="kcal_th" value="1"', 'Unit="kcal_th" UNIT="KCAL_TH" value="1"', definition)
for code, expected, stated in [("kcal_th", "4184.0", "4184.0"), ("[Cal]", "4184.0", "4.184")]:
    look(f"1 {code} in J", expected, stated, str(round(registry.from_ucum(code).to("joule").magnitude, 6)))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
