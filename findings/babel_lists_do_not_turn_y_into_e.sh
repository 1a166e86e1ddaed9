#!/usr/bin/env bash
set -euo pipefail

# Guess: a list of two in Spanish is joined with "e" where the second word begins with the sound of i, and with "u" where an "or" comes before
#   o, as every Spanish reader expects; Intl.ListFormat (ICU) does so.
# Seen: Babel 2.19.0 joins with "y" and "o" whatever follows: "agujas y hilo", "siete o ocho". CLDR's list patterns hold only the common form, and
#   leave the other to the code that uses them, which Babel's does not do.
# Cost: lists of names, days or goals in a sentence have a mistake in them that no translator of the catalogue can reach, since
#   the word comes from the library.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check babel==2.19.0 2>/dev/null
cat > try.py <<'PY'
import subprocess, sys
from importlib.metadata import version
from babel.lists import format_list
seen = [format_list(["agujas", "hilo"], locale="es"), format_list(["siete", "ocho"], style="or", locale="es")]
script = """
const join = (type, words) => new Intl.ListFormat("es", { type }).format(words);
console.log([join("conjunction", ["agujas", "hilo"]), join("disjunction", ["siete", "ocho"])].join("|"))
"""
intl = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True).stdout.strip().split("|")
print("babel", version("babel"), seen, "Intl", intl)
sys.exit(0 if seen == ["agujas y hilo", "siete o ocho"] and intl == ["agujas e hilo", "siete u ocho"] else 1)
PY
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
