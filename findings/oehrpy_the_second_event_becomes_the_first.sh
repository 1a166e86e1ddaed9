#!/usr/bin/env bash
set -euo pipefail

# Guess: a path of openEHR's FLAT format that is parsed and written is the same path, and a context that is written and read the same
#   context.
# Seen: FlatPath of PyPI oehrpy 0.17.0 keeps one number of all that a path has, the last, and writes it behind the last name:
#   "bp:1/event:0/systolic" becomes "bp/event/systolic:0". The context is written under other names than it is read by: German in
#   Switzerland comes back as English in the US, and the composer is gone.
# Cost: two measurements fall into one, the second under the name of the first; what a person wrote is filed in a language that it is not.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check oehrpy==0.17.0 2>/dev/null
cat > try.py <<'PY'
import sys
from importlib.metadata import version

from oehrpy.serialization import FlatContext, FlatPath

print("oehrpy", version("oehrpy"))
same = True
for path, stated in [
    ("vital_signs/systolic|magnitude", "vital_signs/systolic|magnitude"), ("vital_signs/bp:1", "vital_signs/bp:1"),
    ("vital_signs/bp:1/systolic|magnitude", "vital_signs/bp/systolic:1|magnitude"), ("a/bp:1/event:0/systolic|magnitude", "a/bp/event/systolic:0|magnitude"),
]:
    seen = str(FlatPath.parse(path))
    print(f"{path}: expected unchanged, seen {seen}")
    same = same and seen == stated
context = FlatContext(language="de", territory="CH", composer_name="A", time="2026-03-01T08:00:00+01:00")
seen = FlatContext.from_flat(context.to_flat())
stated = FlatContext(language="en", territory="US", composer_name=None, time="2026-03-01T08:00:00+01:00")
print(f"context: expected {(context.language, context.territory, context.composer_name)}, seen {(seen.language, seen.territory, seen.composer_name)}")
sys.exit(0 if same and seen == stated else 1)
PY
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
