#!/usr/bin/env bash
set -euo pipefail
# Guess: a summary of a goal has what the person set out to reach, in the person's words: target.detail[x] has
#   seven types, and a CodeableConcept's text is the concept as its user put it.
# What happens: fhir-agent-tools 0.1.0 reads three of the seven types and takes zero for nothing: "0 panic
#   attacks", "twice a week" and "true" give a target without detail. The description is the display of the
#   code where there is one, and the text is not in the summary.
# Cost: a goal with a target looks like one without. "Go to the shop alone" becomes "Anxiety management".

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
timeout 900 "$work/venv/bin/pip" install -q --disable-pip-version-check fhir-agent-tools==0.1.0 fhir.resources==8.1.0 2>/dev/null

cat > "$work/check.py" <<'PY'
import sys
from importlib.metadata import version

from fhir_agent_tools.goal import get_goal_summary

print("fhir-agent-tools", version("fhir-agent-tools"), "fhir.resources", version("fhir.resources"), "python", sys.version.split()[0])
changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed |= seen != stated


details = [
    ("detailInteger", 3),
    ("detailInteger", 0),
    ("detailString", "twice a week"),
    ("detailBoolean", True),
    ("detailCodeableConcept", {"text": "none"}),
]
goal = {
    "resourceType": "Goal",
    "lifecycleStatus": "active",
    "description": {
        "coding": [{"system": "http://example.org/goals", "code": "a", "display": "Anxiety management"}],
        "text": "Go to the shop alone",
    },
    "subject": {"reference": "Patient/p1"},
    "target": [{"measure": {"text": "times"}, name: value} for name, value in details],
}
seen = get_goal_summary(goal)
assert seen["success"]
look("description", "Go to the shop alone", "Anxiety management", seen["data"]["description"])
for (name, value), stated, target in zip(details, ("3", None, None, None, None), seen["data"]["target"]):
    look(f"{name} {value!r}", value, stated, target["detail"])
if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 "$work/venv/bin/python" "$work/check.py"
