"""What aics-tlog says of checkpoints and proofs: reads a list of questions as JSON, prints a list of true and false.

It runs in an environment of its own, on Python 3.12 or later, without Cairn.
"""

import json
import sys
from base64 import b64decode
from typing import Any

from aics_tlog import (
    inclusion_proof_from_tiles,
    parse_note,
    parse_vkey,
    tree_root_from_tiles,
    verify_checkpoint,
    verify_consistency,
    verify_inclusion,
    verify_leaf_inclusion,
)
from aics_tlog.tiles import FileSystemTileReader

Question = dict[str, Any]  # JSON


def hashes(question: Question) -> list[bytes]:
    """The proof of a question."""
    return [b64decode(each) for each in question["proof"]]


def checkpoint(question: Question) -> bool:
    """Whether a checkpoint is signed by its log, and cosigned by as many witnesses as are asked for."""
    witnesses = [parse_vkey(each) for each in question["witnesses"]]
    result = verify_checkpoint(parse_note(question["note"]), parse_vkey(question["log"]), witnesses, question["quorum"])
    return bool(result.ok)


def inclusion(question: Question) -> bool:
    """Whether a leaf is in a tree; it is given whole, or by its hash."""
    place = (question["index"], question["size"], hashes(question), b64decode(question["root"]))
    if "leaf" in question:
        return bool(verify_leaf_inclusion(b64decode(question["leaf"]), *place))
    return bool(verify_inclusion(b64decode(question["leaf_hash"]), *place))


def consistency(question: Question) -> bool:
    """Whether a tree is an earlier state of another."""
    roots = b64decode(question["old_root"]), b64decode(question["new_root"])
    return bool(verify_consistency(question["old"], question["new"], *roots, hashes(question)))


def tiles(question: Question) -> bool:
    """Whether a folder of tiles has the root, and gives the proof of a leaf."""
    reader = FileSystemTileReader(question["folder"])
    root = tree_root_from_tiles(reader, question["size"])
    proof = inclusion_proof_from_tiles(reader, question["index"], question["size"])
    return bool(root == b64decode(question["root"]) and proof == hashes(question))


KINDS = {"checkpoint": checkpoint, "inclusion": inclusion, "consistency": consistency, "tiles": tiles}
print(json.dumps([KINDS[each["kind"]](each) for each in json.load(sys.stdin)]))
