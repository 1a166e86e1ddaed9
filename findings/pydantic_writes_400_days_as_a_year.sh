#!/usr/bin/env bash
set -euo pipefail

# Guess: a timedelta of 400 days is written to JSON as P400D (or PT9600H). A timedelta has no years: it cannot know how long one is.
# Seen: pydantic 2.14.4 writes "P1Y35D". It reads its own output back as 400 days, but a reader that takes P1Y for what ISO 8601 says, a
#   year of the calendar, adds another number of days: from 1 January 2024, isodate 0.7.2 comes to 5 February 2025 instead of
#   4 February. It also reads P1M as 30 days, so twelve months are five days less than P1Y.
# Cost: a retention period, prescription or licence ends on another day in the service that reads the JSON; only periods of a year and
#   more that reach over a leap day show it.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check pydantic==2.14.4 isodate==0.7.2 2>/dev/null
cat > try.py <<'PY'
import datetime as dt, json, sys
from isodate import parse_duration
from pydantic import TypeAdapter
adapter = TypeAdapter(dt.timedelta)
start, span = dt.date(2024, 1, 1), dt.timedelta(days=400)
written = json.loads(adapter.dump_json(span))
read = start + parse_duration(written)
year, months = adapter.validate_python("P1Y"), adapter.validate_python("P12M")
print(f"written: {written}; {start} + 400 days = {start + span}; isodate reads it and comes to {read}")
print(f"pydantic reads P1Y as {year.days} days and P12M as {months.days}")
sys.exit(0 if written == "P1Y35D" and read - (start + span) == dt.timedelta(days=1) and (year.days, months.days) == (365, 360) else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("pydantic", "isodate")), sep=", ")'
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
