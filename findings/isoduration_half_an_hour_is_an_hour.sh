#!/usr/bin/env bash
set -euo pipefail

# Guess: half an hour added to ten o'clock is half past ten. The smallest part of a duration may have a fraction (ISO 8601-1, 5.5.2.2), the
#   library holds it exactly ("PT0.5H" has hours of Decimal 0.5), and its README offers the sum.
# Seen: PyPI isoduration 20.11.0 rounds every field of the result by itself: 10:00 and PT0.5H is 11:00, 10:00 and PT0.25H is 10:00, 10:00
#   and PT1.5S is two seconds later. Microseconds of the start are dropped too. PT30M is right; PyPI isodate 0.7.2 is right in all.
# Cost: two spellings of one duration lead to different times, without an error: appointments, reminders and expiries up to half a unit off.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
timeout 900 "$work/venv/bin/pip" -q install --disable-pip-version-check isoduration==20.11.0 isodate==0.7.2 2>/dev/null
cat > "$work/try.py" <<'PY'
import sys
from datetime import datetime
from importlib.metadata import version
import isodate, isoduration

print("isoduration", version("isoduration"), "isodate", version("isodate"), "python", sys.version.split()[0])
start = datetime(2026, 3, 2, 10, 0)
seen = {}
for text in ("PT30M", "PT0.5H", "PT0.25H", "PT2.5M", "PT1.5S"):
    seen[text] = (start + isoduration.parse_duration(text)).time().isoformat()
    print(f"10:00 + {text}: {seen[text]}, expected {(start + isodate.parse_duration(text)).time()}")
exact = start.replace(microsecond=750000)
later = exact + isoduration.parse_duration("PT1H")
print(f"{exact.time()} + PT1H: {later.time()}")
sys.exit(seen != {"PT30M": "10:30:00", "PT0.5H": "11:00:00", "PT0.25H": "10:00:00", "PT2.5M": "10:03:00", "PT1.5S": "10:00:02"} or later.microsecond != 0)
PY
timeout 60 "$work/venv/bin/python" "$work/try.py" || { echo "The behaviour has changed."; exit 1; }
