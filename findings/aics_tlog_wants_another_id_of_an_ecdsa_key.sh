#!/usr/bin/env bash
set -euo pipefail

# Guess: the text form of an ECDSA key (type 02) has the id that C2SP signed-note gives such keys (commit 5ba5ee8 and release 1.0.0): "Note
#   that the key ID for these signatures is the truncated SHA-256 hash of the DER encoded public key in SPKI format".
# Seen: PyPI aics-tlog 0.2.1 refuses exactly that ("vkey ID mismatch"), and takes the same key with an id over name, type and key, which
#   no signature of it has. Keys of other types that it does not verify with either are read.
# Cost: a list of keys, or a policy of witnesses, in which one such key stands cannot be read at all; where the id is "mended", the key's
#   signatures are never found.

for python in python3 python3.15 python3.14 python3.13 python3.12 "$HOME"/.pyenv/versions/3.1[2-9]*/bin/python3; do
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && break
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m venv "$work/venv"
"$work/venv/bin/pip" -q install --disable-pip-version-check aics-tlog==0.2.1 cryptography==50.0.2 2>/dev/null
cat > "$work/try.py" <<'PY'
import sys
from base64 import b64encode
from hashlib import sha256
from importlib.metadata import version

from aics_tlog import parse_vkey
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

print("aics-tlog", version("aics-tlog"))
name = "log.example/ecdsa"
public = ec.derive_private_key(7, ec.SECP256R1()).public_key()
der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
stated = True
for what, hashed, refused in (
    ("as signed-note has it, over the SPKI alone", der, True),
    ("over name, type and key", f"{name}\n".encode() + b"\x02" + der, False),
):
    vkey = f"{name}+{sha256(hashed).hexdigest()[:8]}+{b64encode(bytes([2]) + der).decode()}"
    try:
        found = f"read, id {parse_vkey(vkey).key_id.hex()}"
    except ValueError as error:
        found = f"refused: {error}"
    print(f"an id {what}: {found}")
    stated &= found.startswith("refused") == refused
sys.exit(0 if stated else 1)
PY
"$work/venv/bin/python" "$work/try.py" || { echo "The behaviour has changed."; exit 1; }
