#!/usr/bin/env bash
set -euo pipefail
# Guess: a summary of a request says when it is a request not to do something. doNotPerform is a modifier: it
#   turns the meaning round, and what a modifier says must not be left out when the data is shown (FHIR,
#   isModifier).
# What happens: fhir-agent-tools 0.1.0 leaves it out. "Do not give lithium" is summarised as an active order for
#   lithium, and so is a detail of a care plan. The success flag is true.
# Cost: the summary is made to be read by a language model, which is then told the opposite of the record.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
timeout 900 "$work/venv/bin/pip" install -q --disable-pip-version-check fhir-agent-tools==0.1.0 fhir.resources==8.1.0 2>/dev/null

cat > "$work/check.py" <<'PY'
import json
import sys
from importlib.metadata import version

from fhir_agent_tools.care_plan import get_care_plan_summary
from fhir_agent_tools.medication_request import get_medication_request_summary

print("fhir-agent-tools", version("fhir-agent-tools"), "fhir.resources", version("fhir.resources"), "python", sys.version.split()[0])
request = {
    "resourceType": "MedicationRequest",
    "id": "m1",
    "status": "active",
    "intent": "order",
    "medicationCodeableConcept": {"text": "lithium"},
    "subject": {"reference": "Patient/p1"},
}
plan = {"resourceType": "CarePlan", "id": "c1", "status": "active", "intent": "plan", "subject": {"reference": "Patient/p1"}}
detail = {"status": "scheduled", "code": {"text": "Phone the family"}}


def summaries(**extra):
    return [
        get_medication_request_summary({**request, **extra}),
        get_care_plan_summary({**plan, "activity": [{"detail": {**detail, **extra}}]}),
    ]


do, do_not = summaries(), summaries(doNotPerform=True)
for with_flag, without in zip(do_not, do):
    print(json.dumps(with_flag["data"]))
    print("  expected: tells that it is not to be done\n  seen:     ", "the same as without doNotPerform" if with_flag == without else "another summary")
if do != do_not or not all(summary["success"] for summary in do_not):
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 "$work/venv/bin/python" "$work/check.py"
