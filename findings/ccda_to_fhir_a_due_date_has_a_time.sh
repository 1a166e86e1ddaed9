#!/usr/bin/env bash
set -euo pipefail

# Guess: the converter's Goal is valid FHIR: startDate and target.dueDate are dates ("a date, or partial date ... there SHALL be no time zone"), so of a moment in
#   effectiveTime the day is kept; and a quantity's value is a JSON number.
# Seen: PyPI ccda-to-fhir 0.3 writes "2026-06-01T23:30:00-05:00" as the dueDate, and the value of a detailQuantity as the text "4". It validates nothing there; the
#   fhir.resources that it is installed with refuses the dates.
# Cost: the whole transaction bundle is refused by the server, for one goal whose author's software wrote a time.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check ccda-to-fhir==0.3 fhir.resources==8.3.0 2>/dev/null
cat > try.py <<'PY'
import logging
import sys

from ccda_to_fhir import convert_document

logging.disable(logging.CRITICAL)
ADDRESS = "<addr><streetAddressLine>1 Way</streetAddressLine><city>X</city><state>MA</state><postalCode>01001</postalCode><country>US</country></addr>"
PHONE = '<telecom value="tel:+1-555-0100"/>'
DOCUMENT = f"""<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><realmCode code="US"/>
<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/><templateId root="2.16.840.1.113883.10.20.22.1.1" extension="2015-08-01"/>
<templateId root="2.16.840.1.113883.10.20.22.1.15" extension="2015-08-01"/><id root="1.2.9"/>
<code code="52521-2" codeSystem="2.16.840.1.113883.6.1"/><title>Plan</title><effectiveTime value="20260301120000+0000"/>
<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/><languageCode code="en-US"/>
<recordTarget><patientRole><id root="1.2.5" extension="p1"/>{ADDRESS}{PHONE}<patient><name use="L"><given>Test</given><family>Person</family></name>
<administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="19800101"/></patient></patientRole></recordTarget>
<author><time value="20260301120000+0000"/><assignedAuthor><id root="2.16.840.1.113883.4.6" extension="1"/>{ADDRESS}{PHONE}
<assignedPerson><name><given>Test</given><family>Nurse</family></name></assignedPerson></assignedAuthor></author>
<custodian><assignedCustodian><representedCustodianOrganization><id root="1.2.8"/><name>Org</name>{PHONE}{ADDRESS}
</representedCustodianOrganization></assignedCustodian></custodian><component><structuredBody><component><section>
<templateId root="2.16.840.1.113883.10.20.22.2.60"/><code code="61146-7" codeSystem="2.16.840.1.113883.6.1"/><title>Goals</title><text>g</text>
<entry>GOAL</entry></section></component></structuredBody></component></ClinicalDocument>"""


def goal(inner, low="20260301", high="20260601"):
    return f"""<observation classCode="OBS" moodCode="GOL"><templateId root="2.16.840.1.113883.10.20.22.4.121" extension="2022-06-01"/>
<id root="1.2.3" extension="g{len(inner)}"/><code code="11331-6" codeSystem="2.16.840.1.113883.6.1" displayName="Drinks a week"/>
<statusCode code="active"/><effectiveTime><low value="{low}"/><high value="{high}"/></effectiveTime>{inner}</observation>"""


def convert(text):
    resources = [entry["resource"] for entry in convert_document(DOCUMENT.replace("GOAL", text))["bundle"]["entry"]]
    return next(one for one in resources if one["resourceType"] == "Goal"), resources
from fhir.resources.R4B.goal import Goal

amount = goal('<value xsi:type="PQ" value="4" unit="1"/>')
found, _ = convert(goal(f'<entryRelationship typeCode="COMP">{amount}</entryRelationship>', "202603010930-0500", "20260601233000-0500"))
seen = {"startDate": found["startDate"], "dueDate": found["target"][0]["dueDate"], "value": found["target"][0]["detailQuantity"]["value"]}
print("expected: {'startDate': '2026-03-01', 'dueDate': '2026-06-01', 'value': 4}")
print("seen:    ", seen)
try:
    Goal.model_validate(found)
    refused = False
except ValueError:
    refused = True
print("refused by fhir.resources:", refused)
stated = {"startDate": "2026-03-01T09:30:00-05:00", "dueDate": "2026-06-01T23:30:00-05:00", "value": "4"}
sys.exit(0 if seen == stated and refused else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("ccda-to-fhir", "fhir.resources",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
