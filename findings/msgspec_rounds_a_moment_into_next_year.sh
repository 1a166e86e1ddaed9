#!/usr/bin/env bash
set -euo pipefail

# Guess: a timestamp with more digits than microseconds is cut: a reading must not lie later than the moment it names. Python's own
#   datetime.fromisoformat cuts, pydantic 2.14.4 too.
# Seen: msgspec 0.22.0 and arrow 1.4.0 round: 2026-12-31T23:59:59.9999999Z (nanosecond clocks, as of NATS or Go, write such times) becomes
#   2027-01-01T00:00:00Z.
# Cost: events move over the end of a day, a reporting year or a lease; the same event read by two services lies in two periods, and
#   "not after now" fails for something that has just happened.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check msgspec==0.22.0 pydantic==2.14.4 arrow==1.4.0 2>/dev/null
cat > try.py <<'PY'
import datetime as dt, sys, arrow, msgspec
from pydantic import TypeAdapter
text = "2026-12-31T23:59:59.9999999Z"
seen = {
    "datetime.fromisoformat": dt.datetime.fromisoformat(text),
    "pydantic": TypeAdapter(dt.datetime).validate_python(text),
    "msgspec": msgspec.convert(text, dt.datetime),
    "arrow": arrow.get(text),
}
for name, moment in seen.items():
    print(f"{name}: {moment.isoformat()}")
sys.exit(0 if [moment.year for moment in seen.values()] == [2026, 2026, 2027, 2027] else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("msgspec", "pydantic", "arrow")), sep=", ")'
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
