#!/usr/bin/env bash
set -euo pipefail

# Guess: a server may send "id: 9" and an empty line, without data, to say how far a quiet reader has come; the reader asks from 9 on
#   when it reconnects. HTML standard, 9.2.6: at an empty line the last event ID is set first, and only then an empty event dropped.
# Seen: npm eventsource 4.1.1 and PyPI launchdarkly-eventsource 1.7.4 forget such an id and ask again from 1. PyPI aiohttp-sse-client
#   0.2.1 asks from 9, as browsers do by the standard.
# Cost: after each reconnection everything since the last event with data is read again: with a filter that lets little through,
#   that is the whole log.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund eventsource@4.1.1
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check aiohttp==3.14.5 aiohttp-sse-client==0.2.1 launchdarkly-eventsource==1.7.4 2>/dev/null
cat > server.py <<'PY'
import http.server, os
STREAM = b"retry: 50\nid: 1\ndata: found\n\nid: 9\n\n"
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open("asked.txt", "a") as file:
            print(self.path[1:], self.headers.get("Last-Event-ID"), file=file)
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self.wfile.write(STREAM)
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open("port.tmp", "w") as file:
    file.write(str(server.server_port))
os.rename("port.tmp", "port")
server.serve_forever()
PY
cat > try.mjs <<'JS'
import { EventSource } from "eventsource";
const source = new EventSource(process.argv[2] + "eventsource");
let events = 0;
source.onmessage = () => { if (++events === 2) { source.close(); process.exit(0); } };
setTimeout(() => process.exit(1), 15_000);
JS
cat > try.py <<'PY'
import asyncio, sys
import aiohttp_sse_client.client
from ld_eventsource import SSEClient
from ld_eventsource.actions import Event
from ld_eventsource.config import ConnectStrategy, ErrorStrategy
url = sys.argv[1]
async def twice():
    count = 0
    async with aiohttp_sse_client.client.EventSource(url + "aiohttp-sse-client") as source:
        async for event in source:
            count += 1
            if count == 2:
                return
asyncio.run(asyncio.wait_for(twice(), 20))
client = SSEClient(ConnectStrategy.http(url + "launchdarkly-eventsource"), error_strategy=ErrorStrategy.always_continue(), initial_retry_delay=0.05)
count = 0
for action in client.all:
    count += isinstance(action, Event)
    if count == 2:
        break
client.close()
PY
echo "eventsource $(node -p 'require("./node_modules/eventsource/package.json").version'), node $(node --version)"
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("aiohttp-sse-client", "launchdarkly-eventsource")), sep=", ")'

python3 server.py &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do [[ -f port ]] && break; sleep 0.1; done
url="http://127.0.0.1:$(cat port)/"
timeout 30 node try.mjs "$url"
timeout 60 venv/bin/python try.py "$url" 2>/dev/null
for name in eventsource launchdarkly-eventsource aiohttp-sse-client; do
  again=$(awk -v name="$name" '$1 == name { print $2 }' asked.txt | sed -n 2p)
  echo "$name: asked again from $again"
  [[ $name == aiohttp-sse-client && $again == 9 || $name != aiohttp-sse-client && $again == 1 ]] || { echo "The behaviour has changed."; exit 1; }
done
echo "expected: from 9"
