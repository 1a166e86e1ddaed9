#!/usr/bin/env bash
set -euo pipefail

# Guess: a JSON string is read as a string. Where a reader makes a time of it, the offset stays, or the column says UTC.
# Seen: pyarrow 26.0.1 reads "2026-01-01T10:00:00+02:00" as timestamp[s] without a zone, 08:00: reckoned to UTC, and nothing says so. "2026-01-01"
#   becomes midnight. Whether it happens depends on the other lines: with one fraction of a second, or one other word, in the column the
#   whole column stays text.
# Cost: the same field is a local-looking time in one file and text in the next; written back, 10:00 in Berlin is 08:00 anywhere.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check pyarrow==26.0.1 2>/dev/null
cat > try.py <<'PY'
import io, json, sys
import pyarrow.json
def read(*values):
    text = "\n".join(json.dumps({"at": value}) for value in values) + "\n"
    column = pyarrow.json.read_json(io.BytesIO(text.encode()))["at"]
    print(list(values), "->", column.type, [str(value) for value in column.to_pylist()])
    return str(column.type), [str(value) for value in column.to_pylist()]
whole = read("2026-01-01T10:00:00+02:00", "2026-01-01T10:00:00Z")
fraction = read("2026-01-01T10:00:00+02:00", "2026-01-01T10:00:00.5Z")
day = read("2026-01-01", "2026-01-02")
unknown = read("2026-01-01", "unknown")
sys.exit(0 if whole == ("timestamp[s]", ["2026-01-01 08:00:00", "2026-01-01 10:00:00"]) and fraction[0] == "string" and day[0] == "timestamp[s]" and unknown[0] == "string" else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("pyarrow",)), sep=", ")'
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
