#!/usr/bin/env bash
set -euo pipefail

# Guess: a skeleton that asks for the whole weekday (EEEE) gives the whole weekday. UTS #35, "Matching Skeletons", on the closest pattern that is
#   found: its fields are then adjusted to the widths that were asked for. ICU does so, and with it Intl in every browser.
# Seen: Babel 2.19.0 finds the closest pattern and leaves its fields as they are. format_skeleton("MMMMEEEEd") gives "Sat, November 28" in English
#   and "sáb, 28 de noviembre" in Spanish; in British English, whose data happen to list that very skeleton, "Saturday 28 November".
# Cost: one line of code writes whole weekdays for some readers and clipped ones for others, so a page tested in one English looks wrong
#   in the other; with a year, the comma moves as well.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check babel==2.19.0 2>/dev/null
cat > try.py <<'PY'
import sys
from datetime import datetime
from babel.dates import format_skeleton
day = datetime(2026, 11, 28, 12)
seen = {name: format_skeleton("MMMMEEEEd", day, locale=name) for name in ("en", "en_GB", "es", "de")}
print(seen)
stated = {"en": "Sat, November 28", "en_GB": "Saturday 28 November", "es": "sáb, 28 de noviembre", "de": "Sa., 28. November"}
sys.exit(0 if seen == stated else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print("babel", version("babel"))'
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
node -e 'console.log("Intl:", ["en", "en-GB", "es", "de"].map((name) => new Intl.DateTimeFormat(name, { weekday: "long", month: "long", day: "numeric" }).format(new Date(2026, 10, 28, 12))).join(" | "))' 2>/dev/null || true
