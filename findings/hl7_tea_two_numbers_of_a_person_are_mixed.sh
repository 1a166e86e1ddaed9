#!/usr/bin/env bash
set -euo pipefail

# Guess: direct_map() with PID-3.1 and PID-3.4 copies the number and the authority of each of a person's numbers: 12345 of A and 678 of B.
# Seen: PyPI hl7-tea 2.0.1 writes all values of a path, joined by "~", into each repetition that is there already: "12345^^^A~B~678^^^A~B", where both numbers are of A and B is a number, or
#   "12345~678^^^A~12345~678", where 678 is of A and nothing is of B. Which of the two comes depends on the order of a set, so on the process.
# Cost: one person's identifiers are paired with the wrong hospital, where other people have them.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check hl7-tea==2.0.1 names==0.3.0 2>/dev/null
cat > try.py <<'PY'
from hl7_tea import Message
from hl7_tea.core.mapper import direct_map

source = Message("MSH|^~\\&|LAB|CLINIC|APP|HOSPITAL|20260301||ORU^R01|1|P|2.5.1\rPID|1||12345^^^A~678^^^B||DOE^JANE")
target = Message()
direct_map(source, target, ["PID-3.1", "PID-3.4"])
print(target.segments[0][3])
PY
venv/bin/python -c 'from importlib.metadata import version; print("hl7-tea", version("hl7-tea"))'
seen=$(for seed in 0 1 2 3 4 5 6 7; do PYTHONHASHSEED=$seed timeout 60 venv/bin/python try.py; done | sort -u)
echo "PID-3: expected in every process 12345^^^A~678^^^B, seen in eight:"
echo "$seen"
[[ $seen == $'12345^^^A~B~678^^^A~B\n12345~678^^^A~12345~678' ]] || { echo "The behaviour has changed."; exit 1; }
