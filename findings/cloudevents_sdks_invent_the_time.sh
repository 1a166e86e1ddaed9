#!/usr/bin/env bash
set -euo pipefail

# Guess: "time" is an OPTIONAL attribute; an event received without it has none, and a relay passes it on without it.
#   Only the producer may put another time there when it does not know its own, and then for all events of the source alike.
# Seen: both official SDKs put the moment of *reading* into it: npm cloudevents 10.0.0 and PyPI cloudevents 2.2.0. Read one
#   stored event twice and it has two times; what a relay sends carries a time that its producer never said.
# Cost: "when did it happen" is made up and looks real; comparing or hashing two copies of an event fails.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund cloudevents@10.0.0
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check cloudevents==2.2.0 2>/dev/null

cat > try.mjs <<'JS'
import { HTTP } from "cloudevents";
const message = { headers: { "content-type": "application/cloudevents+json" }, body: '{"specversion":"1.0","id":"1","source":"/ward","type":"door.opened"}' };
const first = HTTP.structured(HTTP.toEvent(message)).body;
await new Promise((done) => setTimeout(done, 20));
const second = HTTP.structured(HTTP.toEvent(message)).body;
console.log("npm  first ", first); console.log("npm  second", second);
process.exit(JSON.parse(first).time && first !== second ? 0 : 1);
JS
cat > try.py <<'PY'
import json, sys, time
from cloudevents.core.bindings import http
message = http.HTTPMessage({"content-type": "application/cloudevents+json"}, b'{"specversion":"1.0","id":"1","source":"/ward","type":"door.opened"}')
first = http.to_structured_event(http.from_http_event(message)).body
time.sleep(0.02)
second = http.to_structured_event(http.from_http_event(message)).body
print("PyPI first ", first.decode())
print("PyPI second", second.decode())
sys.exit(0 if json.loads(first).get("time") and first != second else 1)
PY
echo "npm cloudevents $(node -p 'require("./node_modules/cloudevents/package.json").version'), PyPI $(venv/bin/pip list 2>/dev/null | grep -i '^cloudevents ')"
node try.mjs && venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
echo "expected: no time in any of them. seen: a new one at each reading."
