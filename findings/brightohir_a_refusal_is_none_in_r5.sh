#!/usr/bin/env bash
set -euo pipefail

# Guess: a Consent that denies (R4: provision.type "deny") still denies in R5, where decision "deny" says so and provision is a list without
#   a type; or it is refused. The README promises R4 to R5 "bidirectional", with a transformation for Consent.
# Seen: r4_to_r5 of PyPI brightohir 2.1.2 takes the scope away and leaves all else as it was: no decision, no subject, and a provision in
#   the form of R4. Nothing is raised: its own validation, which finds four errors in it, is off unless asked for. Backwards, decision
#   "deny" stays, which R4 does not know, and the provision has no type.
# Cost: a service of R5 that looks at decision finds a consent that is active and refuses nothing, and cannot tell whose it is.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check brightohir==2.1.2 fhir.resources==8.3.0 hl7apy==1.3.5 2>/dev/null
cat > try.py <<'PY'
import sys
from importlib.metadata import version

from brightohir.convert_r4r5 import r4_to_r5, r5_to_r4

print("brightohir", version("brightohir"))
r4 = {
    "resourceType": "Consent", "status": "active", "patient": {"reference": "Patient/1"}, "dateTime": "2026-03-01",
    "scope": {"coding": [{"code": "patient-privacy"}]}, "category": [{"text": "privacy"}], "policyRule": {"text": "none"}, "provision": {"type": "deny"},
}
r5 = {
    "resourceType": "Consent", "status": "active", "subject": {"reference": "Patient/1"}, "date": "2026-03-01",
    "decision": "deny", "provision": [{"period": {"start": "2026-03-01"}}],
}
up, down = r4_to_r5(r4), r5_to_r4(r5)
try:
    r4_to_r5(r4, validate=True)
    validated = "valid"
except ValueError as error:
    validated = "4 errors" if "4 validation errors for Consent" in str(error) else str(error)
same = True
for name, expected, stated, seen in [
    ("R4 to R5, decision", "deny", None, up.get("decision")),
    ("R4 to R5, subject", {"reference": "Patient/1"}, None, up.get("subject")),
    ("R4 to R5, provision", None, {"type": "deny"}, up.get("provision")),
    ("the same with validate=True", "valid", "4 errors", validated),
    ("R5 to R4, provision", {"type": "deny", "period": {"start": "2026-03-01"}}, [{"period": {"start": "2026-03-01"}}], down.get("provision")),
    ("R5 to R4, decision", None, "deny", down.get("decision")),
]:
    print(f"{name}: expected {expected}, seen {seen}")
    same = same and seen == stated
sys.exit(0 if same else 1)
PY
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
