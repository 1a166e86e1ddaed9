#!/usr/bin/env bash
set -euo pipefail

# Guess: the mode is told by the content type: "if the value is prefixed with application/cloudevents ... the receiver uses
#   structured mode" (HTTP binding, section 3), and a structured message MAY repeat its attributes as ce- headers (3.2.3).
# Seen: PyPI cloudevents 2.2.0 decides by the headers. One ce- header on a structured message, and the whole envelope becomes the
#   data of another event: datacontenttype application/cloudevents+json, the real data one level down, real extensions gone.
#   npm cloudevents 10.0.0 reads the same message as it is meant.
# Cost: from senders that repeat the attributes for the sake of routers, every handler finds a wrong shape in data.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund cloudevents@10.0.0
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check cloudevents==2.2.0 2>/dev/null

cat > message.json <<'JSON'
{"headers": {"content-type": "application/cloudevents+json", "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", "ce-type": "t"},
 "body": "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"datacontenttype\":\"application/json\",\"region\":\"north\",\"data\":{\"score\":2}}"}
JSON
cat > try.py <<'PY'
import json, sys
from cloudevents.core.bindings import http
message = json.load(open("message.json"))
event = http.from_http_event(http.HTTPMessage(message["headers"], message["body"].encode()))
print("Python    :", event.get_datacontenttype(), event.get_extension("region"), event.get_data())
sys.exit(0 if event.get_data().get("data") == {"score": 2} and event.get_extension("region") is None else 1)
PY
cat > try.mjs <<'JS'
import { HTTP } from "cloudevents";
import { readFileSync } from "node:fs";
const event = HTTP.toEvent(JSON.parse(readFileSync("message.json", "utf8")));
console.log("JavaScript:", event.datacontenttype, event.region, JSON.stringify(event.data));
process.exit(event.data.score === 2 && event.region === "north" ? 0 : 1);
JS
echo "npm cloudevents $(node -p 'require("./node_modules/cloudevents/package.json").version'), PyPI $(venv/bin/pip list 2>/dev/null | grep -i '^cloudevents ')"
node try.mjs && venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
echo "expected: the same line twice."
