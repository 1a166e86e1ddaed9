#!/usr/bin/env bash
set -euo pipefail

# Guess: a checkpoint that one witness has cosigned twice, ten minutes apart, is at least as good as one that it has cosigned once. C2SP
#   signed-note (commit 5ba5ee8): "If the key name and ID match a known key, verifiers MUST verify the signature"; both verify. C2SP
#   tlog-witness has a witness cosign the same size again, each time with a new time, and nothing in C2SP forbids two lines of one key.
# Seen: PyPI aics-tlog 0.2.1 refuses the whole checkpoint as "duplicate signature line", so a quorum of one is not met. PyPI
#   aics-witness 0.1.0 answers 403 to a checkpoint below which the log's valid line stands twice, and names C2SP as the reason.
# Cost: whoever gathers cosignatures by adding lines, or joins two copies of a note, makes a vouched-for checkpoint worthless there;
#   and the log is told that its key is not trusted.

for python in python3 python3.15 python3.14 python3.13 python3.12 "$HOME"/.pyenv/versions/3.1[2-9]*/bin/python3; do
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && break
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m venv "$work/venv"
"$work/venv/bin/pip" -q install --disable-pip-version-check aics-tlog==0.2.1 aics-witness==0.1.0 cryptography==50.0.2 2>/dev/null
cat > "$work/try.py" <<'PY'
import sys
from importlib.metadata import version
from pathlib import Path

from aics_tlog import *
from aics_witness import LogConfig, Witness, WitnessError, WitnessStore
from aics_witness.protocol import format_add_checkpoint_request
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

print(*(f"{package} {version(package)}" for package in ("aics-tlog", "aics-witness")), sep=", ")
log, cosigner, other = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2, 3))
origin, name = "log.example/1", "witness.example/1"
checkpoint = Checkpoint(origin, 2, node_hash(leaf_hash(b"a"), leaf_hash(b"b")))
note = sign_checkpoint(checkpoint, log, origin)
log_key, witness_key = vkey_from_ed25519(origin, log.public_key()), cosignature_vkey(name, cosigner.public_key())


def cosigned(at):
    return sign_cosignature(cosigner, name, at, origin, checkpoint.size, checkpoint.root, ())[1]


def result(*lines):
    found = verify_checkpoint(Note(note.text, (*note.signatures, *lines)), log_key, [witness_key], 1)
    return found.ok, found.error


once, twice = result(cosigned(1_800_000_000)), result(cosigned(1_800_000_000), cosigned(1_800_000_600))
print("cosigned once:", once)
print("cosigned twice, at two times:", twice)

store = WitnessStore(Path(sys.argv[1]) / "witness.db", create=True)
witness = Witness(name, cosigner, store, [LogConfig(origin, (log_key,))])


def answer(given):
    try:
        witness.add_checkpoint(format_add_checkpoint_request(0, (), given.serialise().encode()))
    except WitnessError as refused:
        return refused.status, str(refused)
    return 200, ""


doubled = answer(Note(note.text, note.signatures * 2))
single = answer(note)
print("the log's line twice:", doubled)
print("the log's line once:", single)
stated = once[0] and not twice[0] and "duplicate" in twice[1] and doubled[0] == 403 and single[0] == 200
sys.exit(0 if stated else 1)
PY
"$work/venv/bin/python" "$work/try.py" "$work" || { echo "The behaviour has changed."; exit 1; }
