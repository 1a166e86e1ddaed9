#!/usr/bin/env bash
set -euo pipefail

# Guess: a Goal that goes through from_fhir() and to_fhir() keeps its status and the package's opinions. The documentation says that the round trip preserves "resource id, status, and type" and "opinion tuples (exact
#   when via extension)"; what it does not, "raw FHIR arrays", is to be known. The report has a place for warnings.
# Seen: PyPI jsonld-ex 0.7.4 leaves out achievementStatus, and writes its opinion into "_achievementStatus", which FHIR knows for primitive values only and which from_fhir() itself looks at only beside an
#   achievementStatus. After the next reading "not achieved" is gone, status and opinion. So are description and subject, which every Goal has to have. The report says success, without a warning.
# Cost: a goal that was closed without being achieved comes back as "completed", with a belief of 0.81, of nobody, and with no words of what it was.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check jsonld-ex==0.7.4 PyLD==2.0.4 2>/dev/null
cat > try.py <<'PY'
import sys

from jsonld_ex.fhir_interop import from_fhir, to_fhir

goal = {
    "resourceType": "Goal", "id": "g", "lifecycleStatus": "completed",
    "achievementStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/goal-achievement", "code": "not-achieved"}]},
    "description": {"text": "Walk to the shop three times a week"}, "subject": {"reference": "Patient/p"},
}
first, read = from_fhir(goal)
back, wrote = to_fhir(first)
second, _ = from_fhir(back)


def told(document):
    return {one["field"]: (one["value"], round(one["opinion"].belief, 3)) for one in document["opinions"]}


print(f"opinions at the first reading: {told(first)}")
print(f"members afterwards: expected {sorted(goal)}, and extensions; seen {sorted(back)}")
print(f"opinions at the second reading: expected the same, seen {told(second)}")
print(f"reports: {[(report.success, report.warnings) for report in (read, wrote)]}")
same = told(first) == {"lifecycleStatus": ("completed", 0.81), "achievementStatus": ("not-achieved", 0.085)} and told(second) == {"lifecycleStatus": ("completed", 0.81)}
same = same and sorted(back) == ["_achievementStatus", "_lifecycleStatus", "id", "lifecycleStatus", "resourceType"] and wrote.success and not wrote.warnings
sys.exit(0 if same else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("jsonld-ex", "PyLD",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
