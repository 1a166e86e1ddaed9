#!/usr/bin/env bash
set -euo pipefail

# Guess: a challenge written by a library for WWW-Authenticate has commas between its parameters: a challenge is a scheme and a list of
#   parameters (RFC 9110, 11.6.1), and a list is separated by commas (5.6.1). Its README claims the standard for reading and writing.
# Seen: npm auth-header 1.0.0 writes spaces between them: Bearer realm=clinic error=insufficient_scope. It reads that itself. For PyPI
#   werkzeug 3.1.9 and for Python's urllib.request all of it is the realm; npm www-authenticate 0.6.3 refuses it.
# Cost: a client does not learn that its token has expired or which scope it lacks (RFC 6750, 3), so it neither renews nor asks.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
timeout 900 npm install --silent --no-audit --no-fund auth-header@1.0.0 www-authenticate@0.6.3
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check werkzeug==3.1.9 2>/dev/null
cat > write.mjs <<'JS'
import auth from "auth-header";
console.log(auth.format({ scheme: "Bearer", params: { realm: "clinic", error: "insufficient_scope", scope: "patient/Goal.rs launch" } }));
JS
cat > read.cjs <<'JS'
const { WWW_Authenticate } = require("www-authenticate").parsers;
const { parms, err } = new WWW_Authenticate(process.argv[2]);
console.log(err ?? JSON.stringify(parms));
JS
cat > read.py <<'PY'
import json, sys
from urllib.request import parse_http_list, parse_keqv_list
from werkzeug.datastructures import WWWAuthenticate
field = sys.argv[2]
if sys.argv[1] == "werkzeug":
    print(json.dumps(dict(WWWAuthenticate.from_header(field).parameters)))
else:
    print(json.dumps(parse_keqv_list(parse_http_list(field.partition(" ")[2]))))
PY
echo "auth-header $(node -p 'require("./node_modules/auth-header/package.json").version'), www-authenticate $(node -p 'require("./node_modules/www-authenticate/package.json").version'), node $(node --version), werkzeug $(venv/bin/python -c 'from importlib.metadata import version; print(version("werkzeug"))'), $(python3 --version)"
expected='Bearer realm="clinic", error="insufficient_scope", scope="patient/Goal.rs launch"'
written=$(node write.mjs)
for field in "$expected" "$written"; do
  echo "$field"
  echo "  werkzeug:         $(venv/bin/python read.py werkzeug "$field")"
  echo "  urllib.request:   $(venv/bin/python read.py urllib "$field")"
  echo "  www-authenticate: $(node read.cjs "$field")"
done
all='{"realm": "clinic error=insufficient_scope scope=\"patient/Goal.rs launch\""}'
[[ $written == 'Bearer realm=clinic error=insufficient_scope scope="patient/Goal.rs launch"' && $(venv/bin/python read.py werkzeug "$written") == "$all" && $(venv/bin/python read.py urllib "$written") == "$all" && $(venv/bin/python read.py werkzeug "$expected") == *'"error": "insufficient_scope"'* ]] || { echo "The behaviour has changed."; exit 1; }
echo "expected: the first line, or its like with other quotes"
