#!/usr/bin/env bash
set -euo pipefail

# Guess: of a line "data:   x" one space is removed, the rest belongs to the data; and an empty last data line is a line break. HTML
#   standard, 9.2.6: "If value starts with a U+0020 SPACE character, remove it from value."
# Seen: PyPI aiohttp-sse-client 0.2.1 (and its fork aiohttp-sse-client2 0.3.0) strips white space on both sides of each line and of the
#   whole: indentation and final line breaks are gone. httpx-sse 0.4.3 keeps them.
# Cost: YAML, Markdown, code or tokens of a language model (" word") arrive as another text; a hash over the data does not match.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check httpx-sse==0.4.3 httpx==0.28.1 aiohttp==3.14.5 aiohttp-sse-client==0.2.1 aiohttp-sse-client2==0.3.0 2>/dev/null
cat > try.py <<'PY'
import asyncio, http.server, sys, threading
import aiohttp_sse_client.client, aiohttp_sse_client2.client, httpx, httpx_sse
STREAM = b"data: steps:\ndata:   - one\ndata:\n\n"
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self.wfile.write(STREAM)
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"
async def first(module):
    async with module.EventSource(url) as source:
        async for event in source:
            return event.data
with httpx.Client() as client, httpx_sse.connect_sse(client, "GET", url) as source:
    seen = {"httpx-sse": next(source.iter_sse()).data}
seen["aiohttp-sse-client"] = asyncio.run(asyncio.wait_for(first(aiohttp_sse_client.client), 20))
seen["aiohttp-sse-client2"] = asyncio.run(asyncio.wait_for(first(aiohttp_sse_client2.client), 20))
server.shutdown()
for name, data in seen.items():
    print(name, repr(data))
sys.exit(0 if seen["httpx-sse"] == "steps:\n  - one\n" and seen["aiohttp-sse-client"] == seen["aiohttp-sse-client2"] == "steps:\n- one" else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("httpx-sse", "aiohttp-sse-client", "aiohttp-sse-client2")), sep=", ")'
timeout 60 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
