#!/usr/bin/env bash
set -euo pipefail

# Guess: PhraseCount counts how often each answer was given.
# Seen: PyPI itemie 0.0.5 counts one too few of each: an answer that was given once has 0. With the list of answers given beforehand (seq)
#   the counts are right, so the same data have two sets of counts. The standard error of a numeric item divides by all answers, the missing
#   ones among them: the more are missing, the smaller it gets.
# Cost: "reasons for leaving" that one person named do not show in a chart, and the others look rarer than they are, the rare ones most.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check itemie==0.0.5 pandas==2.3.3 2>/dev/null
cat > try.py <<'PY'
import sys
from importlib.metadata import version

import pandas
from itemie.core.item import NumericItem, PhraseCount

print("itemie", version("itemie"))
answers = pandas.DataFrame({"reason": ["craving", "money", "craving", "family", "craving"], "score": [1.0, 2.0, 3.0, None, None]})


def counts(**more):
    item = PhraseCount("reason", "reason", **more)
    item.transform(answers)
    return dict(item.counts)


score = NumericItem("score", "score")
score.fit_transform(answers)
right = {"craving": 3, "family": 1, "money": 1}
same = True
for name, expected, stated, seen in [
    ("counted", right, {"craving": 2, "family": 0, "money": 0}, counts()),
    ("counted with the list given", right, right, counts(seq=["craving", "family", "money"])),
    ("standard error of 1, 2, 3 and two missing", 0.577, 0.447, round(float(score.sem), 3)),
]:
    print(f"{name}: expected {expected}, seen {seen}")
    same = same and seen == stated
sys.exit(0 if same else 1)
PY
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
