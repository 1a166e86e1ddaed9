#!/usr/bin/env bash
set -euo pipefail

# Guess: a text that is translated inside the braces of an f-string, f"{_('one')} {_('two')}", is extracted as any other call, or the
#   extractor says that it was passed over, as it does for _(f"with {z}").
# Seen: Babel 2.19.0 under Python 3.11 extracts neither of them and says nothing: the tokenizer gives an f-string as one token, of which only
#   the outside is looked at. An f-string as the text itself is warned about.
# Cost: the text never gets into a catalogue, so that no check for missing translations misses it, and it stays in the source
#   language on a page that is otherwise translated.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check babel==2.19.0 2>/dev/null
cat > try.py <<'PY'
import sys
from importlib.metadata import version
from io import BytesIO
from babel.messages.extract import extract_python
source = b"""x = f"{_('inside')} {_('another')}"\ny = _("outside")\n"""
found = [message for _, _, message, _ in extract_python(BytesIO(source), ["_"], [], {})]
print("babel", version("babel"), "python", sys.version.split()[0], found)
# From 3.12 on, Python gives the parts of an f-string as tokens of their own.
sys.exit(0 if found == ["outside"] or sys.version_info >= (3, 12) else 1)
PY
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
