#!/usr/bin/env bash
set -euo pipefail

# Guess: a comment line (": ping" and an empty line), which servers send to keep a connection open, is no event. HTML standard, 9.2.6:
#   if the data buffer is empty at an empty line, nothing is dispatched.
# Seen: PyPI httpx-sse 0.4.3 yields an event with data "" for each heartbeat, but only once an event has had an id. The same heartbeats
#   before that, or in a stream without ids, yield nothing. A lone "retry: 5000" yields one too.
# Cost: event.json() fails on the first heartbeat after the first event, or an empty event is stored under the id of the last one;
#   tests without ids or without pauses do not show it.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check httpx-sse==0.4.3 httpx==0.28.1 2>/dev/null
cat > try.py <<'PY'
import sys, httpx, httpx_sse
def read(stream):
    response = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=httpx.ByteStream(stream))
    return [(event.id, event.data) for event in httpx_sse.EventSource(response).iter_sse()]
without = read(b": ping\n\ndata: {}\n\n: ping\n\n: ping\n\n")
with_id = read(b": ping\n\nid: 7\ndata: {}\n\n: ping\n\n: ping\n\n")
retry = read(b"retry: 5000\n\n")
print("no ids, three heartbeats:  ", without)
print("one id, three heartbeats:  ", with_id)
print("only a reconnection time:  ", retry)
sys.exit(0 if without == [("", "{}")] and with_id == [("7", "{}"), ("7", ""), ("7", "")] and retry == [("", "")] else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("httpx-sse",)), sep=", ")'
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
echo "expected: one event, one event, none."
