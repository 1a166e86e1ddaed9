#!/usr/bin/env bash
set -euo pipefail

# Guess: get_patient_age() tells how old the person is today. Its argument "today" has a default, and so need not be given.
# Seen: PyPI hl7-tea 2.0.1 takes the day on which the module was loaded: in a listener that runs since 1 March, who was born on 10 May 2008 is 17 until it is started again.
# Cost: a service that sorts by age (minors, screening at 18) is right on the day of a deployment, and wrong for everybody who has had a birthday since.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check hl7-tea==2.0.1 names==0.3.0 freezegun==1.5.5 python-dateutil==4.0.0 2>/dev/null
cat > try.py <<'PY'
import sys
from datetime import datetime
from importlib.metadata import version

from freezegun import freeze_time

with freeze_time("2026-03-01"):
    import hl7_tea

print("hl7-tea", version("hl7-tea"))
message = hl7_tea.Message("MSH|^~\\&|LAB|CLINIC|APP|HOSPITAL|20260601||ORU^R01|1|P|2.5.1\rPID|1||12345||DOE^JANE||20080510|F")
with freeze_time("2026-06-01"):
    seen = message.get_patient_age()
    told = message.get_patient_age(today=datetime.today())
print(f"born on 2008-05-10, asked on 2026-06-01, loaded on 2026-03-01: expected 18, seen {seen}; with the day as an argument {told}")
sys.exit((seen, told) != (17, 18))
PY
timeout 60 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
