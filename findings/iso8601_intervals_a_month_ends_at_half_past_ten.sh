#!/usr/bin/env bash
set -euo pipefail

# Guess: tiles of P1M from 1 January begin on the first of each month: to ISO 8601 a month is a unit of the calendar, as long as the month that it falls on. So a tile
#   of P1Y ends on 1 January.
# Seen: in PyPI iso8601-intervals 0.4.0 a month is 30 days and 10.5 hours, and a year 365 days and 6 hours. The second tile begins on 31 January at 10:30, the
#   third on 2 March at 21:00, and the second year on 1 January at 06:00.
# Cost: a report by month counts the evening of the 31st in February and leaves no tile beginning in that month; on a page with dates only, nothing looks wrong.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check iso8601-intervals==0.4.0 2>/dev/null
cat > try.py <<'PY'
import datetime as dt
import itertools
import sys

from iso8601_intervals import parse_iso_duration, tile_intervals

start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def starts(duration, number):
    tiles = itertools.islice(tile_intervals(start, parse_iso_duration(duration), start + dt.timedelta(days=800)), number)
    return [f"{tile[0]:%m-%d %H:%M}" for tile in tiles]


months, years = starts("P1M", 3), starts("P1Y", 2)
print(f"P1M: expected ['01-01 00:00', '02-01 00:00', '03-01 00:00'], seen {months}\nP1Y: expected ['01-01 00:00', '01-01 00:00'], seen {years}")
sys.exit(0 if months == ["01-01 00:00", "01-31 10:30", "03-02 21:00"] and years == ["01-01 00:00", "01-01 06:00"] else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("iso8601-intervals",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
