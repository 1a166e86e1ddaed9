#!/usr/bin/env bash
set -euo pipefail

# Guess: a table cell's text is read, whatever marks it: <td>Naltrexone 50 mg</td> and <td><content ID="med2">Acamprosate 333 mg</content></td> both name a medicine. C-CDA links an entry to its
#   text by such a <content ID="…"> (or the ID on the cell), so that most systems write it.
# Seen: PyPI py-xml-ccda 1.0.0 reads only what stands before the first mark inside the cell: the second medicine is in the list with a route, a start and the status active, and with the name "".
#   A footnote cuts a note in the same way: "3<sup>rd</sup> week" is "3".
# Cost: a list of medicines without names, without an error; which ones depends on who wrote the document.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check py-xml-ccda==1.0.0 2>/dev/null
cat > try.py <<'PY'
import sys
from importlib.metadata import version

from py_xml_ccda.utils import get_clinical_summary

print("py-xml-ccda", version("py-xml-ccda"))
heads = "".join(f"<th>{name}</th>" for name in ("Medication", "Route", "Notes", "Start", "End", "Status"))
row = "<tr><td>{}</td><td>oral</td><td>{}</td><td>2026-03-01</td><td></td><td>active</td></tr>"
rows = row.format("Naltrexone 50 mg", "with food") + row.format('<content ID="med2">Acamprosate 333 mg</content>', "from the 3<sup>rd</sup> week")
document = (
    '<ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody><component><section><code code="10160-0" codeSystem="2.16.840.1.113883.6.1"/>'
    f"<title>Medications</title><text><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></text></section></component></structuredBody></component></ClinicalDocument>"
)
seen = [(one["medication_name"], one["notes"], one["status"]) for one in get_clinical_summary(document)["medication_summary"]]
print("expected", [("Naltrexone 50 mg", "with food", "active"), ("Acamprosate 333 mg", "from the 3rd week", "active")])
print("seen    ", seen)
sys.exit(seen != [("Naltrexone 50 mg", "with food", "active"), ("", "from the 3", "active")])
PY
timeout 60 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
