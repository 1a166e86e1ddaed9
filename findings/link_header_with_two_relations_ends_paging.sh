#!/usr/bin/env bash
set -euo pipefail

# Guess: response.links["next"] is there when the header says rel="next last" (the next page is the last one). RFC 8288, 3.3: the value
#   of rel is a list of relation types, separated by spaces.
# Seen: httpx 0.28.1 and requests 2.34.2 take the whole value as one name: the key is "next last". npm http-link-header 1.1.4 and li 1.3.0
#   give both relations.
# Cost: a loop "while 'next' in response.links" stops before the last page and the rows on it are missing, without an error.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund http-link-header@1.1.4 li@1.3.0
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check httpx==0.28.1 requests==2.34.2 2>/dev/null
cat > try.py <<'PY'
import sys, httpx, requests
header = '</rows?page=9>; rel="next last"'
response = requests.Response()
response.headers["link"] = header
one, other = httpx.Response(200, headers={"link": header}).links, response.links
print("httpx:   ", one)
print("requests:", other)
sys.exit(0 if list(one) == list(other) == ["next last"] else 1)
PY
cat > try.mjs <<'JS'
import LinkHeader from "http-link-header";
import li from "li";
const header = '</rows?page=9>; rel="next last"';
console.log("http-link-header:", JSON.stringify(LinkHeader.parse(header).rel("next")), "| li:", JSON.stringify(li.parse(header)));
process.exit(LinkHeader.parse(header).rel("next").length === 1 && li.parse(header).next ? 0 : 1);
JS
echo "http-link-header $(node -p 'require("./node_modules/http-link-header/package.json").version'), li $(node -p 'require("./node_modules/li/package.json").version'), node $(node --version)"
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("httpx", "requests")), sep=", ")'
venv/bin/python try.py && node try.mjs || { echo "The behaviour has changed."; exit 1; }
