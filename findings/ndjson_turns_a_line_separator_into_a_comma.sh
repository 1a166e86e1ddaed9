#!/usr/bin/env bash
set -euo pipefail

# Guess: ndjson.loads reads what is there. A raw U+2028 (line separator) or U+0085 inside a JSON string is valid JSON (RFC 8259, 7: only
#   U+0000 to U+001F must be escaped) and no line end in NDJSON, whose lines end with \n; JavaScript's JSON.stringify writes U+2028 raw.
# Seen: PyPI ndjson 0.3.1 splits at every line boundary that Python knows and joins the pieces with commas before parsing: the text
#   "a<U+2028>b" is read as "a,b". No error. json.loads of the same line keeps it.
# Cost: text pasted from word processors and web pages is changed on reading; a hash over it no longer matches.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check ndjson==0.3.1 2>/dev/null
cat > try.py <<'PY'
import json, sys
import ndjson
line = json.dumps({"note": "sleeps\u2028well", "by": "ward\u0085three"}, ensure_ascii=False)
expected, seen = json.loads(line), ndjson.loads(line + "\n")
print("json.loads:  ", ascii(expected))
print("ndjson.loads:", ascii(seen[0]))
sys.exit(0 if seen == [{"note": "sleeps,well", "by": "ward,three"}] and expected["note"] == "sleeps\u2028well" else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("ndjson",)), sep=", ")'
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
