#!/usr/bin/env bash
set -euo pipefail

# Guess: a timedelta of half a second is PT0.5S; its reader's pattern has room for a fraction of a second, and timedeltas have microseconds. A year of 365
#   days is read back as 365 days.
# Seen: PyPI jetblack-iso8601 2.0.0 writes P0D, no time at all, for everything under a second, and PT59S for 59.9 s. 365 days are written as P1Y5D, since its year
#   has 360 days, while a reader with a calendar adds 370.
# Cost: a lease or a reaction time of 900 ms becomes zero in the message; a year's consent lasts five days longer at the reader's end.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check jetblack-iso8601==2.0.0 2>/dev/null
cat > try.py <<'PY'
import datetime as dt
import sys

from jetblack_iso8601 import timedelta_to_iso8601

stated = {dt.timedelta(milliseconds=900): ("PT0.9S", "P0D"), dt.timedelta(seconds=59.9): ("PT59.9S", "PT59S"), dt.timedelta(days=365): ("P365D", "P1Y5D")}
same = True
for span, (expected, text) in stated.items():
    seen = timedelta_to_iso8601(span)
    print(f"{span}: expected {expected}, seen {seen}")
    same &= seen == text
sys.exit(0 if same else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("jetblack-iso8601",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
