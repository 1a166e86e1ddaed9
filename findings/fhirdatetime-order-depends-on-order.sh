#!/usr/bin/env bash
set -euo pipefail
# Guess: a library for FHIR's partial dates that defines < and == gives sorted(), max() and set() one answer,
#   whatever the order of the input.
# What happens: fhirdatetime 1.1.0 takes a partial date for equal to every date inside it, so == is not
#   transitive and < is no order: max() and the size of a set depend on which came first, and a dict finds the
#   entry of another day. (sort_key() is the way out for sorting.)
# Cost: the latest observation, or the number of distinct days, differs between two runs over the same data.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip install --quiet --disable-pip-version-check fhirdatetime==1.1.0
venv/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(fhirdatetime) '

cat > check.py <<'PY'
import sys

from fhirdatetime import FhirDateTime

changed = False


def look(what, expected, stated, seen):
    global changed
    print(f"{what}\n  expected: {expected}\n  seen:     {seen}")
    changed = changed or seen != stated


year, month = FhirDateTime.fromisoformat("2026"), FhirDateTime.fromisoformat("2026-03")
first, middle = FhirDateTime.fromisoformat("2026-03-01"), FhirDateTime.fromisoformat("2026-03-15")
look("2026-03 == 1 March, == 15 March, and these two", "equality is transitive", "True True False",
     f"{month == first} {month == middle} {first == middle}")
look("max of 2026 and 2026-03-15, both ways round", "the same twice", "2026, 2026-03-15",
     f"{max([year, middle])}, {max([middle, year])}")
look("size of a set of the three, two ways round", "the same twice", "1, 2",
     f"{len({month, first, middle})}, {len({first, middle, month})}")
look("{1 March: 'seen'}.get(2026-03)", "None", "seen", str({first: "seen"}.get(month)))

if changed:
    sys.exit("The behaviour is no longer as this finding states it.")
PY
timeout 240 venv/bin/python check.py
