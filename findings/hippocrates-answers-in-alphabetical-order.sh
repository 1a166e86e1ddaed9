#!/usr/bin/env bash
set -euo pipefail
# Guess: the four answers of PHQ-9 stand in their order, 'Not at all' to 'Nearly every day', and the place of
#   an answer (0 to 3) is its score.
# What happens: hippocrates 0.4.0 sorts them by the alphabet: 'More than half the days', 'Nearly every day',
#   'Not at all', 'Several days'. take_assessment() and the interactive form show them so.
# Cost: a validated instrument is shown in another order, and code that scores by position gives 'not at all'
#   to everything a total of 18 (moderately severe).

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


questions = PHQ9Assessment().questions()
seen = ", ".join(option.text.strip() for option in questions[0].answer_options)
look("answers of item 1", "Not at all, Several days, More than half the days, Nearly every day",
     "More than half the days, Nearly every day, Not at all, Several days", seen)
places = [[option.text.strip() for option in question.answer_options].index("Not at all") for question in questions]
look("'Not at all' nine times, scored by place", "0", 18, sum(places))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
