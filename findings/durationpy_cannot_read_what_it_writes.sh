#!/usr/bin/env bash
set -euo pipefail

# Guess: a library that writes Go's durations writes a sequence of decimal numbers with units, as Go's ParseDuration takes them, and reads
#   back what it has written.
# Seen: PyPI durationpy 0.11 writes the seconds of a longer duration as Python prints a float: an hour and a microsecond is "1h1e-06s",
#   and 41 microseconds "1m4.1e-05s". It refuses both itself ("Unknown unit e"), and Go does. From 100 microseconds on, or under a
#   second in all ("1us"), it is right.
# Cost: a measured time (a lease, a timeout, the length of a call) is written without complaint and cannot be read, about one in ten
#   thousand times.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
timeout 900 "$work/venv/bin/pip" -q install --disable-pip-version-check durationpy==0.11 2>/dev/null
cat > "$work/try.py" <<'PY'
import sys
from datetime import timedelta
from importlib.metadata import version
import durationpy

print("durationpy", version("durationpy"), "python", sys.version.split()[0])

def back(duration):
    text = durationpy.to_str(duration)
    try:
        return text, "the same" if durationpy.from_str(text) == duration else "another"
    except durationpy.DurationError as error:
        return text, str(error)

for duration in (timedelta(microseconds=1), timedelta(hours=1, microseconds=1), timedelta(minutes=1, microseconds=41), timedelta(minutes=1, microseconds=100)):
    print(f"{duration}: {back(duration)[0]}, read again: {back(duration)[1]}")
lost = [n for n in range(1000) if back(timedelta(hours=1, microseconds=n))[1] != "the same"]
print(f"an hour and 0 to 999 microseconds: {len(lost)} cannot be read, {lost[0]} to {lost[-1]}")
sys.exit(back(timedelta(hours=1, microseconds=1))[0] != "1h1e-06s" or lost != list(range(1, 100)) or back(timedelta(microseconds=1))[1] != "the same")
PY
"$work/venv/bin/python" "$work/try.py" || { echo "The behaviour has changed."; exit 1; }
echo "expected: 1h0.000001s, and all read again"
