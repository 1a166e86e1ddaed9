#!/usr/bin/env bash
set -euo pipefail

# Guess: 2026-03-01T10:30.5Z is half a minute past half past ten: the lowest part of a time may have a decimal fraction, be it
#   seconds, minutes or hours (ISO 8601). Or it is refused.
# Seen: PyPI iso8601 2.1.0 answers 10:00:30.5, half an hour early. It takes "30.5" for seconds where minutes are, and 0 for the minutes. The form without colons, 1030.5, is read in the same way. With seconds
#   (10:30:15.5) it is right. PyPI fast-iso8601-rs 0.1.0, which promises the same behaviour, keeps the promise here too.
# Cost: no error; devices that write decimal minutes have each of their times between the full hour and the first minute after it.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/try.py" <<'PY'
import sys

import iso8601

seen = {text: iso8601.parse_date(text).time().isoformat() for text in ("2026-03-01T10:30:15.5Z", "2026-03-01T10:30.5Z", "2026-03-01T1030.5Z", "2026-03-01T10:59,9Z")}
for text, expected in zip(seen, ("10:30:15.500000", "10:30:30", "10:30:30", "10:59:54"), strict=True):
    print(f"  {text}: expected {expected}, seen {seen[text]}")
sys.exit(list(seen.values()) != ["10:30:15.500000", "10:00:30.500000", "10:00:30.500000", "10:00:59.900000"])
PY
for package in iso8601==2.1.0 fast-iso8601-rs==0.1.0; do
  python3 -m venv "$work/$package"
  timeout 900 "$work/$package/bin/pip" -q install --disable-pip-version-check "$package" 2>/dev/null
  echo "$package"
  timeout 60 "$work/$package/bin/python" "$work/try.py" || { echo "The behaviour has changed."; exit 1; }
done
