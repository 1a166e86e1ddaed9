#!/usr/bin/env bash
set -euo pipefail

# Guess: the address of a link stands between < and >, whatever it holds; a semicolon is an ordinary character of a path (RFC 3986, 3.3:
#   sub-delims), as in /rows;jsessionid=A1?page=2.
# Seen: httpx 0.28.1 and requests 2.34.2 split at the semicolon inside the brackets: the address is cut to /rows and the relation is lost, so
#   the link is filed under its address. PyPI LinkHeader 0.4.3 and npm http-link-header 1.1.4 read it.
# Cost: with servers that write such paths, paging ends after the first page without an error.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund http-link-header@1.1.4
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check httpx==0.28.1 requests==2.34.2 LinkHeader==0.4.3 2>/dev/null
cat > try.py <<'PY'
import sys, httpx, link_header, requests
header = '</rows;jsessionid=A1?page=2>; rel="next"'
response = requests.Response()
response.headers["link"] = header
one, other = httpx.Response(200, headers={"link": header}).links, response.links
third = link_header.parse(header).links[0]
print("httpx:     ", one)
print("requests:  ", other)
print("LinkHeader:", third.href, third.rel)
sys.exit(0 if "next" not in one and "next" not in other and "/rows" in one and third.href == "/rows;jsessionid=A1?page=2" else 1)
PY
cat > try.mjs <<'JS'
import LinkHeader from "http-link-header";
const [link] = LinkHeader.parse('</rows;jsessionid=A1?page=2>; rel="next"').rel("next");
console.log("http-link-header:", link.uri);
process.exit(link.uri === "/rows;jsessionid=A1?page=2" ? 0 : 1);
JS
echo "http-link-header $(node -p 'require("./node_modules/http-link-header/package.json").version'), node $(node --version)"
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("httpx", "requests", "LinkHeader")), sep=", ")'
venv/bin/python try.py && node try.mjs || { echo "The behaviour has changed."; exit 1; }
