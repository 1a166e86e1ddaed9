"""A history as files that a stranger can check alone: every event byte for byte as it is stored, with its proof.

`verify_history.py`, which goes along, says what each file has to be. The statement is written last: it is signed, says
how many events there are, and names every other file with its SHA-256.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from events.transparency.checkpoints import Checkpoint
from events.transparency.keys import SignerKey
from events.transparency.notes import Note, signed
from events.transparency.proof_files import InclusionProof
from events.transparency.proving import ReadSubtree, Subtree, inclusion_proof
from services.notary.statements import STATEMENTS, CountedEvents, stated

FORMAT = "cairn-history/1"
MAX_SINGLE_PROOFS = 1_000
"""Up to how many events there is a proof file each, which other tools read; above, each hash is there once for all."""
CHECKER = "verify_history.py"


class StoredEvent(NamedTuple):
    """An event as the log stores it.

    Attributes:
        headers: The block of headers as it was published.
        body: The body.
    """

    position: int
    recorded_ns: int
    subject: str
    headers: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class ProvenHistory:
    """What an export is made of.

    Attributes:
        scope: Whose events these are: `ORG`, `ORG.PATIENT` or `ORG.PATIENT.GOAL`.
        events: All of them, in the order of the log.
        note: The checkpoint that all proofs are against, with its cosignatures.
        checkpoint: What the note says.
        policy: Which keys and witnesses the operator names, in the form of tlog-policy.
        read: Gives the hashes of the tree.
    """

    scope: str
    events: Sequence[StoredEvent]
    note: Note
    checkpoint: Checkpoint
    policy: str
    read: ReadSubtree


def write_history(history: ProvenHistory, folder: Path, key: SignerKey, more: Mapping[str, bytes]) -> None:
    """Write the files of a history into a folder that is empty.

    Args:
        key: Signs the statement.
        more: Further files for people, by name: a timeline to read, a page on how to check.

    Raises:
        OSError: a file cannot be written.
        ValueError: the key is not one for statements of this log.
    """
    if key.name != history.checkpoint.origin + STATEMENTS:
        raise ValueError("a statement is signed with the log's key for statements")
    digests: dict[str, str] = {}
    for name, content in (*_files(history), *more.items()):
        file = folder / name
        file.parent.mkdir(mode=0o700, exist_ok=True)
        file.write_bytes(content)
        digests[name] = sha256(content).hexdigest()
    (folder / CHECKER).write_bytes((Path(__file__).parent / CHECKER).read_bytes())
    counted = CountedEvents(each.position for each in history.events)
    statement = stated(history.checkpoint.origin, history.checkpoint.size, history.scope, counted, digests)
    (folder / "statement").write_text(str(signed(statement.text, key)), encoding="utf-8")


def _files(history: ProvenHistory) -> Iterator[tuple[str, bytes]]:
    about = {"format": FORMAT, "scope": history.scope, "origin": history.checkpoint.origin}
    yield "history.json", json.dumps(about, indent=2).encode() + b"\n"
    yield "checkpoint", str(history.note).encode()
    yield "policy", history.policy.encode()
    yield "events.jsonl", b"".join(_line(event) for event in history.events)
    if len(history.events) > MAX_SINGLE_PROOFS:
        yield "nodes.jsonl", b"".join(_nodes(history))
        return
    size = history.checkpoint.size
    for event in history.events:
        index = event.position - 1
        proof = InclusionProof(index, tuple(inclusion_proof(index, size, history.read)), history.note)
        yield f"proofs/{event.position}.tlog-proof", str(proof).encode()


def _line(event: StoredEvent) -> bytes:
    said = {
        "position": event.position,
        "recorded_ns": event.recorded_ns,
        "subject": event.subject,
        "headers": base64.b64encode(event.headers).decode(),
        "body": base64.b64encode(event.body).decode(),
    }
    return json.dumps(said).encode() + b"\n"


def _nodes(history: ProvenHistory) -> Iterator[bytes]:
    needed = _needed((event.position - 1 for event in history.events), history.checkpoint.size)
    for subtree in sorted(needed):
        hashed = base64.b64encode(history.read(subtree)).decode()
        yield json.dumps([subtree.level, subtree.number, hashed]).encode() + b"\n"


def _needed(indices: Iterable[int], size: int) -> set[Subtree]:
    """The full subtrees whose hashes the proofs of some leaves are made of."""
    needed: set[Subtree] = set()

    def note(subtree: Subtree) -> bytes:
        needed.add(subtree)
        return bytes(32)

    for index in indices:
        inclusion_proof(index, size, note)
    return needed
