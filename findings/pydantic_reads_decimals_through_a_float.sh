#!/usr/bin/env bash
set -euo pipefail

# Guess: a field of type Decimal, read with model_validate_json, gets the digits that stand in the JSON: that is why one uses Decimal.
# Seen: pydantic 2.14.4 goes through a float for JSON numbers: 1.10 becomes Decimal("1.1"), 12345678901234567.89 becomes
#   Decimal("12345678901234568"), and 0.1234567890123456789 loses its end. msgspec 0.22.0 keeps every digit. (Given as a JSON string,
#   pydantic keeps them too.) Neither strict mode nor max_digits helps: the digits are gone before.
# Cost: the precision of a laboratory value ("1.10" says more than "1.1") and the cents of large sums are lost without an error, and
#   the document no longer has the hash that it came with.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check pydantic==2.14.4 msgspec==0.22.0 2>/dev/null
cat > try.py <<'PY'
import sys, msgspec
from decimal import Decimal
from pydantic import TypeAdapter
adapter = TypeAdapter(Decimal)
as_stated = True
for text, seen in (("1.10", "1.1"), ("12345678901234567.89", "12345678901234568"), ("0.1234567890123456789", "0.12345678901234568")):
    one, strict, other = adapter.validate_json(text), adapter.validate_json(text, strict=True), msgspec.json.decode(text, type=Decimal)
    print(f"{text}: pydantic {one} (strict {strict}), msgspec {other}, pydantic from a string {adapter.validate_json(chr(34) + text + chr(34))}")
    as_stated &= str(one) == str(strict) == seen and str(other) == text
sys.exit(0 if as_stated else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("pydantic", "msgspec")), sep=", ")'
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
