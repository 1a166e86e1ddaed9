"""What aics-tlog takes to check proofs; run as a file, by an interpreter that has aics-tlog and nothing of Cairn.

    python -P judging.py FILE

The file is JSON: `note`, `key`, and `proofs`, each an index, the hash of its leaf, and the hashes of the proof in
base64. It prints how many seconds aics-tlog took, without reading the file.
"""

import json
import sys
from base64 import b64decode
from importlib import import_module
from pathlib import Path
from time import perf_counter


def main() -> None:
    """Check all of it, and fail where anything does not hold."""
    judge = import_module("aics_tlog")
    said = json.loads(Path(sys.argv[1]).read_bytes())
    proofs = [(index, b64decode(leaf), [b64decode(each) for each in hashes]) for index, leaf, hashes in said["proofs"]]
    began = perf_counter()
    found = judge.verify_checkpoint(judge.parse_note(said["note"]), judge.parse_vkey(said["key"]))
    size, root = found.size, found.root
    held = [judge.verify_inclusion(leaf, index, size, hashes, root) for index, leaf, hashes in proofs]
    seconds = perf_counter() - began
    if not (found.ok and all(held)):
        sys.exit("A proof does not hold.")
    print(seconds)


if __name__ == "__main__":
    main()
