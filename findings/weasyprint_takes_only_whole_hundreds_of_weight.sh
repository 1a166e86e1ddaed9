#!/usr/bin/env bash
set -euo pipefail

# Guess: `font-weight: 650` gives the nearest weight that the font has, which is bold. CSS Fonts Level 4, "Font weight": any number from 1 to 1000,
#   matched to the next heavier one above 500. Browsers take it.
# Seen: WeasyPrint 70.0 takes 100, 200 … 900 and bold alone. It drops 650 as an invalid value with a line in its log, so the text keeps the weight
#   of its parent; a variable font set at 550 or 650 throughout a page prints as regular.
# Cost: headings that are bold on the screen are thin in the PDF of the same page, with nothing missing that a test of the text would see.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check weasyprint==70.0 2>/dev/null
cat > try.py <<'PY'
import logging, sys
from importlib.metadata import version
from weasyprint import HTML
logging.disable()
page = "".join(f"<p style='font-weight: {weight}'>x</p>" for weight in (400, 600, 650, 700, 1000))
body = HTML(string=page).render().pages[0]._page_box.children[0].children[0]
seen = [paragraph.style["font_weight"] for paragraph in body.children]
print("weasyprint", version("weasyprint"), seen)
sys.exit(0 if seen == [400, 600, 400, 700, 400] else 1)
PY
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
