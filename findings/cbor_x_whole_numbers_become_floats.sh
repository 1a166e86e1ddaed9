#!/usr/bin/env bash
set -euo pipefail

# Guess: JavaScript's whole numbers up to 2^53 are written as CBOR integers: that is the default range for numbers without a fraction
#   (RFC 8949, 6.2).
# Seen: npm cbor-x 1.6.9 stops at 2^32. From there on a whole number is written as a double: 4294967296 and every time in milliseconds.
#   npm cborg 6.1.5 writes integers. PyPI cbor2 reads what it gets: 1772359215120.0, a float. Only a bigint is written as an integer.
# Cost: a counter or a sequence number changes its type at 4,294,967,296, years after the tests; strict readers (an integer in a schema,
#   Go's int64) refuse it, and others write "1772359215120.0" into keys and file names.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
timeout 900 npm install --silent --no-audit --no-fund --ignore-scripts cbor-x@1.6.9 cborg@6.1.5
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check cbor2==6.3.0 2>/dev/null
cat > write.mjs <<'JS'
import { encode as x } from "cbor-x";
import { encode as g } from "cborg";
const event = { before: 4294967295, after: 4294967296, at: 1772359215120 };
for (const [name, encode] of [["cbor-x", x], ["cborg", g]]) console.log(name, Buffer.from(encode(event)).toString("hex"));
JS
cat > read.py <<'PY'
import sys, cbor2
seen = {name: cbor2.loads(bytes.fromhex(text)) for name, text in map(str.split, sys.stdin)}
for name, event in seen.items():
    print(f"{name}: {event}")
types = {name: [type(value).__name__ for value in event.values()] for name, event in seen.items()}
sys.exit(types != {"cbor-x": ["int", "float", "float"], "cborg": ["int", "int", "int"]})
PY
echo "cbor-x $(node -p 'JSON.parse(require("fs").readFileSync("node_modules/cbor-x/package.json")).version'), cborg $(node -p 'JSON.parse(require("fs").readFileSync("node_modules/cborg/package.json")).version'), node $(node --version), cbor2 $(venv/bin/python -c 'from importlib.metadata import version; print(version("cbor2"))')"
node write.mjs | venv/bin/python read.py || { echo "The behaviour has changed."; exit 1; }
echo "expected: three integers from both"
