#!/usr/bin/env bash
set -euo pipefail
# Guess: a parameter that all resources have keeps its name in a chain: patient._tag asks for the tag of the
#   patient. In fhirpy "__" chains, and a leading underscore stays (its comments name _id and _has).
# What happens: fhirpy 2.3.1 looks for the underscore only at the start of the whole name. SQ(patient___tag=...)
#   and search(patient__Patient___security=...) become patient.-tag and patient:Patient.-security. Alone, _tag
#   is right.
# Cost: no server knows "-tag". One that is strict answers with an error; one that is lenient, as FHIR suggests,
#   leaves out the parameter and answers for all patients.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
timeout 900 "$work/venv/bin/pip" install -q --disable-pip-version-check fhirpy==2.3.1 2>/dev/null

cat > "$work/check.py" <<'PY'
import sys
from importlib.metadata import version

from fhirpy import SyncFHIRClient

print("fhirpy", version("fhirpy"), "python", sys.version.split()[0])
changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed |= seen != stated


goals = SyncFHIRClient("http://127.0.0.1:1/fhir").resources("Goal")
for given, expected, stated in (
    ({"_tag": "trial"}, "Goal?_tag=trial", "Goal?_tag=trial"),
    ({"patient__name": "Doe"}, "Goal?patient.name=Doe", "Goal?patient.name=Doe"),
    ({"patient___tag": "trial"}, "Goal?patient._tag=trial", "Goal?patient.-tag=trial"),
    ({"patient__Patient___security": "R"}, "Goal?patient:Patient._security=R", "Goal?patient:Patient.-security=R"),
):
    look(given, expected, stated, str(goals.search(**given)).removeprefix("<SyncFHIRSearchSet ").removesuffix(">"))
if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 "$work/venv/bin/python" "$work/check.py"
