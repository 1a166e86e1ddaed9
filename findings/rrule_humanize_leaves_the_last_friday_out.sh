#!/usr/bin/env bash
set -euo pipefail

# Guess: a sentence made from a rule says when it takes place, or that it cannot say: FREQ=MONTHLY;BYDAY=-1FR is "every month on the last Friday". FREQ=WEEKLY without a
#   start names no day.
# Seen: PyPI rrule-humanize 0.1.0 says "Every month" for the last Friday, for the first and third Monday and for the last day of the month alike. For FREQ=WEEKLY
#   it names a day: the weekday on which it was asked.
# Cost: a person reads that the group meets every month and does not learn when; the weekly one moves to another day in the letter of the next morning.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check rrule-humanize==0.1.0 2>/dev/null
cat > try.py <<'PY'
import datetime as dt
import sys

from rrule_humanize import humanize

same = True
for rule in ("FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=1MO,3MO", "FREQ=MONTHLY;BYMONTHDAY=-1"):
    seen = humanize(rule)
    print(f"{rule}: expected the day, seen {seen!r}")
    same &= seen == "Every month"
weekly = humanize("FREQ=WEEKLY")
today = f"{dt.datetime.now():%A}"
print(f"FREQ=WEEKLY on a {today}: expected 'Every week', seen {weekly!r}")
sys.exit(0 if same and weekly == f"Every week, on {today}" else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("rrule-humanize",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
