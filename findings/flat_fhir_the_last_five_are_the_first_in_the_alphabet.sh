#!/usr/bin/env bash
set -euo pipefail

# Guess: "Vitals (last 5)" are the five latest measurements. The sheets are sorted "most recent first", and to_prompt() is there to tell a language model how somebody is.
# Seen: PyPI flat-fhir 0.1.4 sorts by the performer's name first and by time only then, and takes the top five: of a person who is weighed by Ann Old in 2016 and by Zoe Young in 2026, all
#   five are of 2016. Where two measured at the same time, only the first name's value is told.
# Cost: the summary that is handed to a model, or read in haste, shows weights of ten years ago under the word "last"; how old they are depends on the alphabet.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check flat-fhir==0.1.4 pandas==2.3.3 numpy==2.4.6 openpyxl==3.1.5 tabulate==0.9.0 2>/dev/null
cat > try.py <<'PY'
import re
import sys

from flat_fhir import FlatFHIR


def weight(day, performer, kilograms):
    return {"resource": {
        "resourceType": "Observation", "id": day, "status": "final", "subject": {"reference": "Patient/p"}, "effectiveDateTime": day, "performer": [{"display": performer}],
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "valueQuantity": {"value": kilograms, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
    }}


then = [weight(f"2016-0{month}-01", "Ann Old", 90 + month) for month in range(1, 6)]
now = [weight(f"2026-0{month}-01", "Zoe Young", 70 + month) for month in range(1, 8)]


def told(entries):
    text = FlatFHIR({"resourceType": "Bundle", "type": "collection", "entry": entries}).to_prompt()
    return re.search(r"## (.*)", text).group(1), re.findall(r"\| (\d{4}-\d\d)-\d\d", text)


title, days = told(then + now)
print(f"{title}: expected {['2026-07', '2026-06', '2026-05', '2026-04', '2026-03']}, seen {days}")
title_alone, days_alone = told(now)
print(f"without Ann Old, {title_alone}: {days_alone}")
same = title == title_alone == "Vitals (last 5)" and days == [f"2016-0{month}" for month in (5, 4, 3, 2, 1)] and days_alone[0] == "2026-07"
sys.exit(0 if same else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("flat-fhir", "pandas", "numpy",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
