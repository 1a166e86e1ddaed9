#!/usr/bin/env bash
set -euo pipefail

# Guess: when the connection breaks in the middle of an event, that event is not delivered; it comes whole after the reconnection.
#   HTML standard, 9.2.6: "If the file ends in the middle of an event, before the final empty line, the incomplete event is not
#   dispatched."
# Seen: PyPI sseclient-py 1.9.0 delivers what it has at the end of the stream: the first lines of a longer event, as if they were the
#   event. httpx-sse 0.4.3 does not.
# Cost: half a text or half a document is processed and its id remembered; after the reconnection the server goes on behind it, and
#   the rest never comes.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check sseclient-py==1.9.0 httpx-sse==0.4.3 httpx==0.28.1 2>/dev/null
cat > try.py <<'PY'
import sys, httpx, httpx_sse, sseclient
stream = b"id: 1\ndata: whole\n\nid: 2\ndata: take 10 mg\n"  # cut before "data: only if needed" and the empty line
response = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=httpx.ByteStream(stream))
one = [(event.id, event.data) for event in sseclient.SSEClient([stream]).events()]
other = [(event.id, event.data) for event in httpx_sse.EventSource(response).iter_sse()]
print("expected    ", [("1", "whole")])
print("sseclient-py", one)
print("httpx-sse   ", other)
sys.exit(0 if one == [("1", "whole"), ("2", "take 10 mg")] and other == [("1", "whole")] else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("sseclient-py", "httpx-sse")), sep=", ")'
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
