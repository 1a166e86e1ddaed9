#!/usr/bin/env bash
set -euo pipefail

# Guess: an aggregate read back from the repository equals the one that was saved; datetimes are among the types that the library stores by
#   itself (DatetimeAsISO).
# Seen: PyPI eventsourcing 9.5.6 stores a datetime with a zone (zoneinfo, Europe/Berlin) as text with an offset. Replayed, "one day later" is
#   reckoned with the offset: over the night of 29 March 2026 the live aggregate says 12:00+02:00 and the one read back 12:00+01:00,
#   an hour apart.
# Cost: the answer to the request that makes the change differs from every answer after it; snapshots and projections inherit either.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check eventsourcing==9.5.6 tzdata==2026.6 2>/dev/null
cat > try.py <<'PY'
import datetime as dt, sys
from zoneinfo import ZoneInfo
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
class Visit(Aggregate):
    def __init__(self, start: dt.datetime) -> None:
        self.start = start
    @event("Postponed")
    def postpone(self, days: int) -> None:
        self.start = self.start + dt.timedelta(days=days)
app = Application()
visit = Visit(dt.datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin")))
visit.postpone(1)
app.save(visit)
live, read = visit.start, app.repository.get(visit.id).start
print("live:     ", live.isoformat())
print("read back:", read.isoformat())
sys.exit(0 if read - live == dt.timedelta(hours=1) else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("eventsourcing",)), sep=", ")'
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
