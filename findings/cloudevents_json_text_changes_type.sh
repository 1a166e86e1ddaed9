#!/usr/bin/env bash
set -euo pipefail

# Guess: an event with data "0042" or "true" (a JSON string, application/json) keeps its type from sender to receiver; in
#   binary mode the body is JSON text (HTTP binding, 2.2), so the string goes out in its quotes.
# Seen: both official SDKs, npm cloudevents 10.0.0 and PyPI cloudevents 2.2.0, send a string bare, without the quotes. Python reads
#   what it gets as JSON where it can: "1e3" arrives as 1000.0, "42" as 42, "true" as True, "null" as None; "0042" and "yes"
#   are no JSON and stay strings. So the type of the field depends on its contents.
# Cost: codes and answers ("true", "1e3", "NaN") arrive as numbers and truth values for some patients and as text for others.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund cloudevents@10.0.0
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check cloudevents==2.2.0 2>/dev/null

cat > write.mjs <<'JS'
import { CloudEvent, HTTP } from "cloudevents";
for (const data of ["42", "1e3", "true", "null", "0042", "yes"])
  console.log(JSON.stringify(HTTP.binary(new CloudEvent({ source: "/s", type: "t", id: data, datacontenttype: "application/json", data }))));
JS
cat > read.py <<'PY'
import json, sys
from cloudevents.core.bindings import http
from cloudevents.core.v1.event import CloudEvent
as_stated = True
for line in sys.stdin:
    sent = json.loads(line)
    read = http.from_http_event(http.HTTPMessage(sent["headers"], sent["body"].encode())).get_data()
    text = sent["headers"]["ce-id"]
    own = http.to_binary_event(CloudEvent({"source": "/s", "type": "t", "id": text, "datacontenttype": "application/json"}, text))
    print(f"the string {text!r}: JavaScript sends {sent['body']!r}, Python sends {own.body!r}, Python reads {read!r}")
    expected = {"42": 42, "1e3": 1000.0, "true": True, "null": None}.get(text, text)
    as_stated &= sent["body"] == text == own.body.decode() and read == expected and type(read) is type(expected)
sys.exit(0 if as_stated else 1)
PY
echo "npm cloudevents $(node -p 'require("./node_modules/cloudevents/package.json").version'), PyPI $(venv/bin/pip list 2>/dev/null | grep -i '^cloudevents ')"
node write.mjs | venv/bin/python read.py || { echo "The behaviour has changed."; exit 1; }
