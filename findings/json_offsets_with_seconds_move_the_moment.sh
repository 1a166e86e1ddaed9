#!/usr/bin/env bash
set -euo pipefail

# Guess: a time zone offset with seconds, which RFC 3339 cannot express, is converted to UTC on writing, or refused. Liberia was at
#   -00:44:30 until January 1972 (tz database, Africa/Monrovia); others before about 1940.
# Seen: pydantic 2.14.4 and msgspec 0.22.0 drop the seconds, orjson 3.13.0 rounds them to a minute: all write another moment, 30 seconds off.
#   No error, and the text is valid.
# Cost: a recorded moment changes with each library it passes; equality, order and hashes break for the oldest patients only.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check pydantic==2.14.4 msgspec==0.22.0 orjson==3.13.0 tzdata==2026.6 2>/dev/null
cat > try.py <<'PY'
import datetime as dt, sys, zoneinfo
import msgspec, orjson
from pydantic import TypeAdapter
zoneinfo.reset_tzpath(to=())  # the tzdata package alone
moment = dt.datetime(1971, 6, 1, 12, tzinfo=zoneinfo.ZoneInfo("Africa/Monrovia"))
print("moment:  ", moment.isoformat(), "=", moment.astimezone(dt.timezone.utc).isoformat())
written = {"pydantic": TypeAdapter(dt.datetime).dump_json(moment), "msgspec": msgspec.json.encode(moment), "orjson": orjson.dumps(moment)}
off = {}
for name, text in written.items():
    read = dt.datetime.fromisoformat(text.decode().strip('"'))
    off[name] = (read - moment).total_seconds()
    print(f"{name}: {text.decode()} is {off[name]:+.0f} s away")
sys.exit(0 if all(abs(seconds) == 30 for seconds in off.values()) else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("pydantic", "msgspec", "orjson", "tzdata")), sep=", ")'
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
