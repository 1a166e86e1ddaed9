#!/usr/bin/env bash
set -euo pipefail

# Guess: r4_to_r5() makes the changes that conversion_status() lists, and where that says "compatible" and lists none, a resource of R4 is
#   one of R5 as it stands.
# Seen: PyPI brightohir 2.1.2 says of Goal that nothing changes, where R5 has outcome in the place of outcomeCode and outcomeReference. Of
#   CarePlan it says that activity.detail is removed, and passes it on as it is. Its own validation refuses both, if asked for. Observation,
#   where it lists only members that are new, is as said.
# Cost: an outcome that was reached, and everything a plan says to do or not to do (doNotPerform), is in members that a reader of R5 either
#   drops or refuses.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check brightohir==2.1.2 fhir.resources==8.3.0 hl7apy==1.3.5 2>/dev/null
cat > try.py <<'PY'
import sys
from importlib.metadata import version

from brightohir.convert_r4r5 import conversion_status, r4_to_r5

print("brightohir", version("brightohir"))
subject = {"subject": {"reference": "Patient/1"}}
new = [("add", "triggeredBy", "BackboneElement"), ("add", "instantiates", "canonical|Reference")]
gone = [("remove", "activity.detail", "→ use RequestOrchestration"), ("add", "custodian", "Reference replaces author")]
cases = [
    ("Observation", {"status": "final", "code": {"text": "drinks"}, "valueInteger": 0, **subject}, "valid", new),
    ("Goal", {"lifecycleStatus": "completed", "description": {"text": "walk"}, "outcomeCode": [{"text": "reached"}], **subject}, "refused: outcomeCode", []),
    ("CarePlan", {"status": "active", "intent": "plan", "activity": [{"detail": {"status": "in-progress", "doNotPerform": True}}], **subject}, "refused: activity.0.detail", gone),
]
same = True
for kind, members, stated, changes in cases:
    resource = {"resourceType": kind, **members}
    status = conversion_status(kind)
    unchanged = r4_to_r5(resource) == resource
    try:
        r4_to_r5(resource, validate=True)
        seen = "valid"
    except ValueError as error:
        seen = "refused: " + next(word for word in ("outcomeCode", "activity.0.detail", str(error)) if word in str(error))
    print(f"{kind}, said to be {status['status']} with changes {status['changes']}: passed on unchanged: {unchanged}; expected valid, seen {seen}")
    same = same and unchanged and status["changes"] == changes and seen == stated
sys.exit(0 if same else 1)
PY
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
