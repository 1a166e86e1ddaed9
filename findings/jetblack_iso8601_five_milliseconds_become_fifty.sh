#!/usr/bin/env bash
set -euo pipefail

# Guess: datetime_to_iso8601 writes the moment that it was given, cut to milliseconds at most, and iso8601_to_datetime reads it back.
# Seen: PyPI jetblack-iso8601 2.0.0 writes the milliseconds without all of their zeros in front: 5 ms are ".05" and 50 ms are ".50", ten times as much. Its own
#   reader takes the first for 50 ms and the second for half a second. From 100 ms on it is right. A time without a zone gets a Z besides.
# Cost: one moment in ten is up to 0.9 s late, and events within a second are sorted in another order than they happened.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check jetblack-iso8601==2.0.0 2>/dev/null
cat > try.py <<'PY'
import datetime as dt
import sys

from jetblack_iso8601 import datetime_to_iso8601, iso8601_to_datetime

stated = {5: ".05Z", 50: ".50Z", 99: ".99Z", 100: ".100Z", 500: ".500Z"}
same = True
for milliseconds, fraction in stated.items():
    moment = dt.datetime(2026, 3, 1, 12, 0, 0, milliseconds * 1000, dt.UTC)
    text = datetime_to_iso8601(moment)
    back = iso8601_to_datetime(text)
    print(f"{milliseconds} ms: expected .{milliseconds:03}Z, seen {text[19:]}, read back as {back.microsecond // 1000} ms")
    same &= text.endswith(":00" + fraction) and (back == moment) == (milliseconds >= 100)
naive = datetime_to_iso8601(dt.datetime(2026, 3, 1, 12))
print("without a zone:", naive)
sys.exit(0 if same and naive.endswith("Z") else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("jetblack-iso8601",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
