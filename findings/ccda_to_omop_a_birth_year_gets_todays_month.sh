#!/usr/bin/env bash
set -euo pipefail

# Guess: a C-CDA time that is a year alone (1980, as HL7 allows for a birthTime) becomes no date, or the first of January, in OMOP; the same each day. Two
#   moments in different zones keep their order.
# Seen: the conversion's cast_to_date of PyPI ccda-to-omop 2.0.4 takes the month and the day from today, with no warning: born in 1980, converted in November, is born in
#   November. A month (198003) is no date at all. The offset is dropped: 23:30-0500 comes before 23:45+0000 of the same day, though it is later.
# Cost: ages at an event and the grouping by birthday depend on the day on which the load ran, and a reload changes them.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check ccda-to-omop==2.0.4 python-dateutil==2.9.0.post0 pandas==2.3.3 typeguard==4.4.4 numpy==2.4.6 2>/dev/null
cat > try.py <<'PY'
import datetime as dt
import logging
import sys

from ccda_to_omop.util import cast_to_date, cast_to_datetime

logging.disable(logging.CRITICAL)
today = dt.date.today()
year, month, day = cast_to_date("1980"), cast_to_date("198003"), cast_to_date("19800315")
west, greenwich = cast_to_datetime("20260301233000-0500"), cast_to_datetime("20260301234500+0000")
print(f"today is {today}\n1980: expected None or 1980-01-01, seen {year}\n198003: expected None or 1980-03-01, seen {month}\n19800315: expected 1980-03-15, seen {day}")
print(f"23:30-0500 before 23:45+0000: expected False, seen {west < greenwich} ({west}, {greenwich})")
sys.exit(0 if (year.month, year.day, month, day) == (today.month, today.day, None, dt.date(1980, 3, 15)) and west < greenwich else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("ccda-to-omop", "python-dateutil", "pandas", "typeguard", "numpy",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
