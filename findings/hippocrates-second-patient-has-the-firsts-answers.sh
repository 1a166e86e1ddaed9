#!/usr/bin/env bash
set -euo pipefail
# Guess: PHQ9Assessment() is a new questionnaire: nothing is answered, and its total is 0.
# What happens: hippocrates 0.4.0 builds the questions once, when the module is imported, and every instance
#   shares them: a new assessment has the answers of the one before, says complete(), and has its total.
# Cost: in a process that serves more than one person, one patient's depression score is another's.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check hippocrates==0.4.0
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(hippocrates) '

cat > check.py <<'PY'
import sys

from hippocrates.questionnaires.phq9.assessment import PHQ9Assessment

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


first = PHQ9Assessment()
for question in first.questions():
    question.answer = next(option for option in question.answer_options if option.value == 3)
look("the first, all answers 3", "27", 27, first.total_score())
second = PHQ9Assessment()
look("the second, nothing answered", "0", 27, second.total_score())
look("the second, complete()", "False", True, second.complete())

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
