#!/usr/bin/env bash
set -euo pipefail

# Guess: reading a structured field and writing it again gives the canonical form of the same value, in every implementation: that is
#   what the "sf" flag of HTTP message signatures signs (RFC 9421, 2.1.1). 1.0 is a decimal and 1 an integer (RFC 9651, 3.3).
# Seen: npm structured-headers 2.1.0 writes 1.0 back as 1, because it holds both as a number. PyPI http-sf 1.5.0 writes 1.0. The
#   strings to sign differ, so a signature over "q=1.0" made on one side fails on the other; 0.5 agrees.
# Cost: signatures fail for some values only; a receiver that asks for a decimal finds an integer.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund structured-headers@2.1.0
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check http-sf==1.5.0 2>/dev/null
cat > try.mjs <<'JS'
import { parseDictionary, serializeDictionary } from "structured-headers";
console.log(serializeDictionary(parseDictionary(process.argv[2])));
JS
cat > try.py <<'PY'
import sys, http_sf
print(http_sf.ser(http_sf.parse(sys.argv[1].encode(), tltype="dictionary")))
PY
echo "structured-headers $(node -p 'require("./node_modules/structured-headers/package.json").version'), node $(node --version)"
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("http-sf",)), sep=", ")'

for field in 'weight=1.0' 'weight=0.5' 'a;q=2.0'; do
  echo "$field: structured-headers writes '$(node try.mjs "$field")', http-sf writes '$(venv/bin/python try.py "$field")'"
done
[[ $(node try.mjs 'weight=1.0') == 'weight=1' && $(venv/bin/python try.py 'weight=1.0') == 'weight=1.0' && $(node try.mjs 'weight=0.5') == 'weight=0.5' ]] || { echo "The behaviour has changed."; exit 1; }
