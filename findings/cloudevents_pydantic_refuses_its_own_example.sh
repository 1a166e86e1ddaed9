#!/usr/bin/env bash
set -euo pipefail

# Guess: an event with extension attributes is read; CloudEvents 1.0 lets a producer add any, and a consumer pass over those it does not know. The example in the JSON schema of the class CloudEvent has two.
# Seen: PyPI cloudevents-pydantic 0.2.0 refuses that very example ("Extra inputs are not permitted", twice). A class of one's own has to name each extension, or allow them; one that does so and reads the example
#   writes it back with the number as a number.
# Cost: the day on which a producer begins to add traceparent or another extension, which the specification calls no breaking change, all its events are refused.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check cloudevents-pydantic==0.2.0 pydantic==2.14.4 cloudevents==1.13.0 python-ulid==3.2.1 2>/dev/null
cat > try.py <<'PY'
import json
import sys
from importlib.metadata import version

from cloudevents_pydantic.events import CloudEvent
from cloudevents_pydantic.formats import json as events
from pydantic import ValidationError

print("cloudevents-pydantic", version("cloudevents-pydantic"), "pydantic", version("pydantic"))
example = CloudEvent.model_json_schema()["example"]
try:
    events.deserialize(json.dumps(example))
    seen = []
except ValidationError as error:
    seen = sorted((one["loc"][0], one["type"]) for one in error.errors())
print(f"the example of the schema: expected to be read, seen {seen}")
plain = {name: value for name, value in example.items() if not name.startswith("com")}
read = events.deserialize(json.dumps(plain)).id


class Open(CloudEvent):
    model_config = {"extra": "allow"}


allowed = Open.model_validate_json(json.dumps(example)).model_extra
print(f"without its extensions: {read}; in a class that allows them: {allowed}")
stated = [("comexampleextension1", "extra_forbidden"), ("comexampleothervalue", "extra_forbidden")]
sys.exit(seen != stated or read != "A234-1234-1234" or allowed != {"comexampleextension1": "value", "comexampleothervalue": 5})
PY
timeout 60 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
