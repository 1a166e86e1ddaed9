#!/usr/bin/env bash
set -euo pipefail

# Guess: a tree has the root of its entries in their order, whether it was built of a list or one by one with append(), and len(tree) is their number. RFC 6962 (2.1) defines the root by the
#   "ordered list" of inputs; equal inputs are entries of their own. (Without repeats the package has the RFC's roots, at every size.)
# Seen: PyPI np-merklelib 1.1 (merklelib 1.0 for a current Python) keeps the leaves by their hash. For a, b, a, c the list gives the RFC's root and append() another
#   one. Both trees say that they have three entries.
# Cost: a notary that appends, and an auditor who builds the tree of the published list, disagree from the second "no change" in a diary on, and the log looks tampered with.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
timeout 900 venv/bin/pip -q install --disable-pip-version-check np-merklelib==1.1 future-fstrings==1.2.0 2>/dev/null
cat > try.py <<'PY'
import hashlib
import sys

from merklelib import MerkleTree


def rfc(entries):
    if len(entries) == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    split = 1 << (len(entries) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + rfc(entries[:split]) + rfc(entries[split:])).digest()


def seen(entries):
    built, grown = MerkleTree(entries), MerkleTree()
    for entry in entries:
        grown.append(entry)
    expected = rfc(entries).hex()
    return [tree.merkle_root == expected for tree in (built, grown)], [len(tree) for tree in (built, grown)]


distinct = all(seen([b"%d" % at for at in range(size)]) == ([True, True], [size, size]) for size in range(1, 18))
print(f"1 to 17 entries without repeats, root and length as in the RFC, built and appended: expected True, seen {distinct}")
repeated = seen([b"a", b"b", b"a", b"c"])
print(f"a, b, a, c: roots as in the RFC (built, appended), lengths: expected ([True, True], [4, 4]), seen {repeated}")
sys.exit(0 if distinct and repeated == ([True, False], [3, 3]) else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("np-merklelib", "future-fstrings",)), sep=", ")'
timeout 240 venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
