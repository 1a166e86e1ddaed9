#!/usr/bin/env bash
set -euo pipefail

# Guess: 2026-12-31T24:00 is the end of that day, 2027-01-01T00:00 (ISO 8601-1:2019/Amd 1:2022 allows it again; the first editions always did).
# Seen: PyPI aniso8601 10.0.1 reads it as 2026-12-31T00:00, the start of the day: 24 hours too early. An interval 08:00/24:00 ends before
#   it begins. python-dateutil 2.9.0 (isoparse) and arrow 1.4.0 read the next day.
# Cost: opening hours and shifts to midnight are negative, deadlines expire a day early, and nothing is raised.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check aniso8601==10.0.1 python-dateutil==2.9.0.post0 arrow==1.4.0 2>/dev/null
cat > try.py <<'PY'
import sys, aniso8601, arrow
from dateutil.parser import isoparse
text = "2026-12-31T24:00"
seen = {"aniso8601": aniso8601.parse_datetime(text), "dateutil": isoparse(text), "arrow": arrow.get(text).naive}
for name, moment in seen.items():
    print(name, text, "->", moment)
start, end = aniso8601.parse_interval("2026-12-31T08:00/2026-12-31T24:00")
print("aniso8601, interval from 08:00 to 24:00:", end - start)
sys.exit(0 if seen["aniso8601"].day == 31 and seen["dateutil"].day == seen["arrow"].day == 1 and end < start else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("aniso8601", "python-dateutil", "arrow")), sep=", ")'
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
