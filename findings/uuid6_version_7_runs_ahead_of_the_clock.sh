#!/usr/bin/env bash
set -euo pipefail

# Guess: the first 48 bits of a version 7 UUID are the time at which it was made (RFC 9562, 5.7); libraries differ in how they order the
#   ones of one millisecond, by a few of them at most.
# Seen: PyPI uuid6 2025.0.1 adds a whole millisecond for each UUID made in the same millisecond, so a burst runs ahead of the clock by one
#   millisecond each: 20,000 made in half a second are dated up to 20 seconds in the future, and it stays ahead until the clock
#   catches up. uuid-utils 1.2.0 stays with the clock.
# Cost: an import dates its records into the future; after a restart, or from another process, new ids sort before the older ones;
#   "give me everything since" by id skips them.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check uuid6==2025.0.1 uuid-utils==1.2.0 2>/dev/null
cat > try.py <<'PY'
import sys, time, uuid6, uuid_utils
def ahead(make):
    for _ in range(20_000):
        last = make()
    return (last.int >> 80) - time.time_ns() // 1_000_000
one, other = ahead(uuid6.uuid7), ahead(uuid_utils.uuid7)
print(f"after 20,000 UUIDs: uuid6 is {one} ms ahead of the clock, uuid-utils {other} ms")
sys.exit(0 if one > 5_000 and abs(other) < 1_000 else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("uuid6", "uuid-utils")), sep=", ")'
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
