#!/usr/bin/env bash
set -euo pipefail

# Guess: format_scale replaces numeric answers with the words of the scale ("if your responses are numeric values, you can pass in this scale to replace them with text"): 2
#   becomes the word at index 2, and 10 the word at index 10.
# Seen: PyPI plot-likert 0.5.0 goes through the numbers 0, 1, 2, ... and replaces each answer in which the digit is found, the words that it has just put there as well. On the
#   first question of the AUDIT-C, 2 becomes "2-4 times a month", has a 4 in it, and becomes "4 or more times a week". On a scale from 0 to 10 a 10 has a 0 in it, and is "0".
# Cost: a chart of how often people drink shows nobody at "2-4 times a month" and all of them at the worst answer, and the worst pain as none. Nothing is said.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check plot-likert==0.5.0 pandas==2.3.3 numpy==2.4.6 matplotlib==3.10.6 2>/dev/null
cat > try.py <<'PY'
import sys
import warnings

import matplotlib
import pandas as pd

warnings.filterwarnings("ignore")
matplotlib.use("Agg")
import plot_likert

often = ["Never", "Monthly or less", "2-4 times a month", "2-3 times a week", "4 or more times a week"]
pain = [f"pain {'abcdefghijk'[level]}" for level in range(11)]


def bars(answers, scale):
    axes = plot_likert.plot_likert(pd.DataFrame({"question": [str(answer) for answer in answers]}), scale, format_scale=scale)
    return {bar.get_label(): int(bar.patches[0].get_width()) for bar in axes.containers[1:] if bar.patches[0].get_width()}


drinks = bars([0, 1, 2, 2, 2, 3, 4], often)
hurts = bars([0, 7, 10, 10], pain)
print(f"answers 0 1 2 2 2 3 4\n  expected {dict(zip(often, (1, 1, 3, 1, 1)))}\n  seen     {drinks}")
print(f"answers 0 7 10 10\n  expected {{'pain a': 1, 'pain h': 1, 'pain k': 2}}\n  seen     {hurts}")
stated = {"Never": 1, "Monthly or less": 1, "2-3 times a week": 1, "4 or more times a week": 4}, {"pain a": 3, "pain h": 1}
sys.exit(0 if (drinks, hurts) == stated else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("plot-likert", "pandas", "numpy", "matplotlib",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
