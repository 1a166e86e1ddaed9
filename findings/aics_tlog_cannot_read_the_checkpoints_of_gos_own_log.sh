#!/usr/bin/env bash
set -euo pipefail

# Guess: an origin with spaces can be read. C2SP tlog-checkpoint (commit 5ba5ee8 and release 1.0.0): the origin "SHOULD be a schema-less
#   URL containing neither Unicode spaces nor plus … This is only a recommendation to avoid collisions, and clients MUST NOT assume that
#   the origin is following this format". The best known log of all, Go's checksum database, has the origin "go.sum database tree".
# Seen: PyPI aics-tlog 0.2.1 refuses every such checkpoint ("origin contains Unicode spaces", "origin contains '+'"), whatever its
#   signatures, and PyPI aics-witness 0.1.0 cannot be told to witness such a log.
# Cost: that log cannot be verified or witnessed with them, although they name the very specification.

for python in python3 python3.15 python3.14 python3.13 python3.12 "$HOME"/.pyenv/versions/3.1[2-9]*/bin/python3; do
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && break
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m venv "$work/venv"
"$work/venv/bin/pip" -q install --disable-pip-version-check aics-tlog==0.2.1 aics-witness==0.1.0 cryptography==50.0.2 2>/dev/null
cat > "$work/try.py" <<'PY'
import sys
from base64 import b64encode
from importlib.metadata import version

from aics_tlog import EMPTY_HASH, parse_checkpoint, vkey_from_ed25519
from aics_witness import ConfigError, LogConfig
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

print(*(f"{package} {version(package)}" for package in ("aics-tlog", "aics-witness")), sep=", ")
key = vkey_from_ed25519("sum.golang.org", Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key())
stated = True
for origin, refused in (("log.example/1", False), ("go.sum database tree", True), ("log.example/a+b", True)):
    try:
        read = f"read, size {parse_checkpoint(f'{origin}\n0\n{b64encode(EMPTY_HASH).decode()}\n').size}"
    except ValueError as error:
        read = f"refused: {error}"
    try:
        LogConfig(origin, (key,))
        witnessed = "can be witnessed"
    except ConfigError as error:
        witnessed = f"cannot be witnessed: {error}"
    print(f"{origin!r}: {read}; {witnessed}")
    stated &= read.startswith("refused") == refused and witnessed.startswith("cannot") == refused
sys.exit(0 if stated else 1)
PY
"$work/venv/bin/python" "$work/try.py" || { echo "The behaviour has changed."; exit 1; }
