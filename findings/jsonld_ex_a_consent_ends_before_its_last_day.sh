#!/usr/bin/env bash
set -euo pipefail

# Guess: a consent until 2026-12-31 holds on 31 December. FHIR calls Period.end the "end time with inclusive boundary", and a date as the end stands for the whole of that day ("2012-02-03T10:00:00 is in a period that has an
#   end value of 2012-02-03"). A consent until eleven at night, asked about in the morning, holds.
# Seen: fhir_consent_expiry() of PyPI jsonld-ex 0.7.4 takes the first ten characters of both times and calls a consent expired from the day of its end on: all lawfulness becomes violation on 31 December itself, and
#   at one in the morning for a consent that ends at 23:00 of that day.
# Cost: records of people who had agreed are taken out a day early, or what was shared on the last day is reported as a violation of their consent.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check jsonld-ex==0.7.4 PyLD==2.0.4 2>/dev/null
cat > try.py <<'PY'
import sys

from jsonld_ex.fhir_interop import fhir_consent_expiry


def lawful(end, asked):
    consent = {
        "resourceType": "Consent", "id": "c", "status": "active", "patient": {"reference": "Patient/p"}, "dateTime": "2026-01-01",
        "scope": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "research"}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "provision": {"type": "permit", "period": {"start": "2026-01-01", "end": end}},
    }
    return fhir_consent_expiry(consent, asked).lawfulness > 0


seen = []
for end, asked, expected in [
    ("2026-12-31", "2026-12-30", True),
    ("2026-12-31", "2026-12-31", True),
    ("2026-12-31T23:00:00-05:00", "2026-12-31T01:00:00-05:00", True),
    ("2026-12-31", "2027-01-01", False),
]:
    seen.append(lawful(end, asked))
    print(f"until {end}, asked about {asked}: expected {'lawful' if expected else 'expired'}, seen {'lawful' if seen[-1] else 'expired'}")
sys.exit(0 if seen == [True, False, False, False] else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("jsonld-ex", "PyLD",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
