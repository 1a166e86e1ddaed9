#!/usr/bin/env bash
set -euo pipefail

# Guess: what a library for HTTP structured fields writes, it can read (RFC 9651, 4.1.5: a decimal has at least one digit after the point).
# Seen: npm structured-headers 2.1.0 writes 0.0004 as "0.", 3.0001 as "3." and 99.9999 as "100.". RFC 9651, 4.2.4, makes a parser fail on
#   that; the library's own parser does ("Decimal cannot end on a period"), and so does PyPI http-sf 1.5.0, which writes 0.0 itself.
# Cost: a priority or rate that comes near a whole number makes the whole field unreadable; a field that fails is ignored.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund structured-headers@2.1.0
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check http-sf==1.5.0 2>/dev/null
cat > try.mjs <<'JS'
import { parseItem, serializeItem } from "structured-headers";
let asStated = true;
for (const [value, text] of [[0.0004, "0."], [3.0001, "3."], [99.9999, "100."], [0.5, "0.5"]]) {
  const written = serializeItem([value, new Map()]);
  let read;
  try { read = parseItem(written)[0]; } catch (error) { read = error.message; }
  console.log(value, "is written", written, "and read:", read);
  asStated &&= written === text && (typeof read === "string") === text.endsWith(".");
}
process.exit(asStated ? 0 : 1);
JS
cat > try.py <<'PY'
import sys, http_sf
written = http_sf.ser(0.0004)
try:
    http_sf.parse(b"0.", tltype="item")
    refused = False
except Exception as error:
    refused = True
    print("http-sf refuses 0. with:", error)
print("http-sf writes 0.0004 as", written)
sys.exit(0 if refused and written == "0.0" else 1)
PY
echo "structured-headers $(node -p 'require("./node_modules/structured-headers/package.json").version'), node $(node --version)"
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("http-sf",)), sep=", ")'
node try.mjs && venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
