#!/usr/bin/env bash
set -euo pipefail

# Guess: an event whose data is a JSON array or true, read in structured mode and sent on in binary mode as application/json,
#   has that JSON text as its body.
# Seen: PyPI cloudevents 2.2.0 writes Python's own notation: the array ["a", null, true] goes out as ['a', None, True] and true
#   as True, under content type application/json. Read by the same SDK it comes back as a string, without an error; every
#   JSON parser refuses it. Objects and numbers are written well, which hides it.
# Cost: the receivers of lists (a batch of readings) get bytes that nothing but Python can read.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check cloudevents==2.2.0 2>/dev/null

cat > try.py <<'PY'
import json, sys
from importlib.metadata import version
from cloudevents.core.bindings import http
print("cloudevents", version("cloudevents"))
as_stated = True
for data in (["a", None, True], True, {"a": 1}, 1.5):
    envelope = {"specversion": "1.0", "id": "1", "source": "/s", "type": "t", "datacontenttype": "application/json", "data": data}
    event = http.from_http_event(http.HTTPMessage({"content-type": "application/cloudevents+json"}, json.dumps(envelope).encode()))
    message = http.to_binary_event(event)
    again = http.from_http_event(message).get_data()
    try:
        json.loads(message.body)
        is_json = True
    except ValueError:
        is_json = False
    print(f"data {json.dumps(data)}: {message.headers['content-type']} body {message.body!r}, JSON: {is_json}, read again: {again!r}")
    as_stated &= is_json is isinstance(data, (dict, float)) and (again == data) is is_json
sys.exit(0 if as_stated else 1)
PY
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
