#!/usr/bin/env bash
set -euo pipefail
# Guess: Rosenberg's scale has five items turned round (3, 5, 8, 9, 10): who strongly agrees with 'I am
#   inclined to feel that I am a failure' gets 0 for it, as for 'I feel I do not have much to be proud of'.
# What happens: hippocrates 0.4.0 turns four of the five: strong agreement with being a failure (item 3) gives
#   3. Who gives every answer of least esteem gets 3 instead of 0, and of most esteem 27 instead of 30.
# Cost: low self-esteem is scored up to three points too high, which is across the cut-off of 15 for those
#   near it.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check hippocrates==0.4.0
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(hippocrates) '

cat > check.py <<'PY'
import sys

from hippocrates.questionnaires.rosenberg_self_esteem.assessment import question_set

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


def score(beginning, answer):
    question = next(one for one in question_set if one.question.text.startswith(beginning))
    return next(option.value for option in question.answer_options if option.text.strip().lower() == answer)


look("item 5, not much to be proud of: strongly agree", "0", 0, score("I feel I do not have much", "strongly agree"))
look("item 3, I am a failure: strongly agree", "0", 3, score("All in all, I am inclined", "strongly agree"))
look("item 3, I am a failure: strongly disagree", "3", 0, score("All in all, I am inclined", "strongly disagree"))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
