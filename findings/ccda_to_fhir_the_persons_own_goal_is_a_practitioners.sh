#!/usr/bin/env bash
set -euo pipefail

# Guess: a goal whose author is the person of the record (the same id as in recordTarget) is expressedBy the Patient. C-CDA calls it a patient goal for that reason.
# Seen: PyPI ccda-to-fhir 0.3 says so only if the author has no name. With a name (assignedPerson), expressedBy points to a Practitioner whose id is made
#   of the person's; no resource of the bundle has that id.
# Cost: the persons' own goals, the ones to be told from the clinic's, count as the clinic's, with a reference that no server can resolve.

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
def author(name):
    return f'<author><time value="20260301"/><assignedAuthor><id root="1.2.5" extension="p1"/>{name}</assignedAuthor></author>'


def kind(name):
    found, resources = convert(goal(author(name)))
    reference = found["expressedBy"]["reference"].removeprefix("urn:uuid:")
    return next((one["resourceType"] for one in resources if one.get("id") == reference), "nothing in the bundle")


without, named = kind(""), kind("<assignedPerson><name><given>Test</given><family>Person</family></name></assignedPerson>")
print(f"author without a name: expected Patient, seen {without}\nthe same with a name: expected Patient, seen {named}")
sys.exit(0 if (without, named) == ("Patient", "nothing in the bundle") else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("ccda-to-fhir", "fhir.resources",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
