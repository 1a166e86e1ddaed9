#!/usr/bin/env bash
set -euo pipefail
# Guess: GAD-7 (Spitzer 2006): 5, 10 and 15 are the cut points for mild, moderate and severe, so a total of 5
#   is mild.
# What happens: hippocrates 0.4.0 lists 'Minimal or none' as 0 to 5 and 'Mild' as 5 to 9, and the first that
#   fits is taken: 5 is 'Minimal or none'. For PHQ-9 the same package has 0 to 4.
# Cost: the people exactly at the first cut point are never monitored.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check hippocrates==0.4.0
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(hippocrates) '

cat > check.py <<'PY'
import sys

from hippocrates.questionnaires.gad7.assessment import GAD7Assessment

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


assessment = GAD7Assessment()
for total, expected, stated in [(4, "Minimal or none", "Minimal or none"), (5, "Mild", "Minimal or none"), (6, "Mild", "Mild")]:
    for number, question in enumerate(assessment.questions()):
        value = 1 if number < total else 0
        question.answer = next(option for option in question.answer_options if option.value == value)
    look(f"a total of {assessment.total_score()}", expected, stated, assessment.result().severity)

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
