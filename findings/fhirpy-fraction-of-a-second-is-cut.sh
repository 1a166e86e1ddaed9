#!/usr/bin/env bash
set -euo pipefail
# Guess: a datetime given to a search is written with all it holds: an instant of FHIR may have fractions of a
#   second, and servers give meta.lastUpdated with them.
# What happens: fhirpy 2.3.1 writes seconds only. _lastUpdated__gt with 10:00:00.750 becomes gt...10:00:00Z. A
#   FHIR date without fractions stands for its whole second: "gt" is what lies after that second.
# Cost: who asks for what is newer than the last change seen misses the changes in the rest of that second on
#   a server that reads it so, and gets the same one again and again on one that takes it as 10:00:00.000.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
timeout 900 "$work/venv/bin/pip" install -q --disable-pip-version-check fhirpy==2.3.1 2>/dev/null

cat > "$work/check.py" <<'PY'
import sys
from datetime import datetime, timezone
from importlib.metadata import version

from fhirpy import SyncFHIRClient

print("fhirpy", version("fhirpy"), "python", sys.version.split()[0])
changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed |= seen != stated


client = SyncFHIRClient("http://127.0.0.1:1/fhir")
last = datetime(2026, 3, 2, 10, 0, 0, 750000, tzinfo=timezone.utc)
for operator in ("gt", "le", "eq"):
    search = client.resources("Observation").search(**{f"_lastUpdated__{operator}": last})
    look(
        f"_lastUpdated__{operator}={last.isoformat()}",
        f"{operator}2026-03-02T10:00:00.750Z",
        f"{operator}2026-03-02T10:00:00Z",
        search.params["_lastUpdated"][0],
    )
if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 "$work/venv/bin/python" "$work/check.py"
