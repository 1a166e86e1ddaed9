"""A history as files that a stranger can check alone: every event byte for byte as it is stored, with its proof.

`verify_history.py`, which goes along, says what each file has to be. The statement is written last: the notary signs
it, it says how many events there are, and it names every other file with its SHA-256. Of any number of events, no more
than their positions and the hashes of their leaves are in memory.
"""

import base64
import json
from array import array
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Protocol

from events.leaf import leaf_of
from events.raw_message import RawMessage
from events.transparency.checkpoints import checkpoint_of
from events.transparency.many_leaves import Step, Walk, steps
from events.transparency.merkle import HASH_BYTES, leaf_hash, proves_inclusion
from events.transparency.notes import Note
from events.transparency.policies import parse_policy
from events.transparency.proof_files import InclusionProof
from services.notary.asking import NotaryRefused
from services.notary.errors import HistoryNotProven
from services.notary.export_folder import ExportFolder
from services.notary.requests import MAX_NODES, MAX_PROOFS, KeysAnswer
from services.notary.statements import CountedEvents, stated
from services.notary.verify_history import History, Wrong
from services.notary.witness_requests import AddCheckpoint

FORMAT = "cairn-history/1"
EVENTS_FILE = "events.jsonl"
CHECKER = Path(__file__).parent / "verify_history.py"
MAX_SINGLE_PROOFS = 1_000
"""Up to how many events there is a proof file each, which other tools read; above, each hash is there once for all."""
MAX_BRACKETED_EVENTS = 200
"""Of how many events the checkpoints just before and just behind go along; of more, they are chosen evenly."""
_HIDDEN_BYTES = 2 * HASH_BYTES
"""How much of a leaf, at its end, stands for its headers and its body."""


class Prover(Protocol):
    """What an export asks of a notary; :class:`services.notary.asking.AskedNotary` is one."""

    async def checkpoint(self, size: int | None = None, below: int | None = None) -> Note:
        """A checkpoint."""

    async def proofs(self, positions: tuple[int, ...], size: int | None = None) -> tuple[Note, list[list[bytes]]]:
        """Proofs of events."""

    async def nodes(self, nodes: tuple[tuple[int, int], ...]) -> list[bytes]:
        """The hashes of full subtrees."""

    async def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that one tree is an earlier state of another."""

    async def statement(self, scope: str, size: int, files: dict[str, str]) -> Note:
        """The signed statement."""


def nothing_withheld(_: RawMessage) -> bool:
    """Every event is shown."""
    return False


class HistoryExport:
    """Writes one history into a folder: first its events, then their proofs, and last the statement about all files.

    Args:
        folder: Where to write. What it holds when the statement is written is named in it.
        scope: Whose events these are: `ORG`, `ORG.PATIENT` or `ORG.PATIENT.GOAL`.
        note: The checkpoint that all proofs are against, with its cosignatures.
        keys: Whose word it is.
        is_withheld: Whether a message is to be proven without being shown.

    Attributes:
        checkpoint: What the note says.
        withheld: How many events were not shown.

    Raises:
        NotProven: the note is no checkpoint.
    """

    def __init__(
        self,
        folder: ExportFolder,
        scope: str,
        note: Note,
        keys: KeysAnswer,
        is_withheld: Callable[[RawMessage], bool] = nothing_withheld,
    ):
        self.checkpoint = checkpoint_of(note)
        self.withheld = 0
        self._folder = folder
        self._scope = scope
        self._note = note
        self._keys = keys
        self._is_withheld = is_withheld
        self._counted = CountedEvents()
        self._indices = array("Q")
        self._leaf_hashes = bytearray()

    @property
    def count(self) -> int:
        """How many events there are."""
        return self._counted.count

    async def write_events(self, pages: AsyncIterable[Sequence[RawMessage]]) -> None:
        """Write the events, as they come in the order of the log.

        Raises:
            OSError: they cannot be written.
        """
        with self._folder.opened(EVENTS_FILE) as file:
            async for page in pages:
                for message in page:
                    file.write(self._line(message))

    async def write_proofs(self, notary: Prover) -> None:
        """Write the proofs of all events, and the checkpoints that they came after and before.

        Raises:
            HistoryNotProven: an event is not the one that the notary has in its tree.
            NotarySilent, NotaryRefused: as :class:`services.notary.asking.AskedNotary`.
            OSError: they cannot be written.
        """
        write = self._folder.write
        about = {"format": FORMAT, "scope": self._scope, "origin": self.checkpoint.origin}
        write("history.json", json.dumps(about, indent=2).encode() + b"\n")
        write("checkpoint", str(self._note).encode())
        write("policy", self._policy().encode())
        write("keys.json", self._keys.model_dump_json(include={"origin", "keys", "former"}, indent=2).encode() + b"\n")
        for number, succession in enumerate(self._keys.successions, 1):
            write(f"successions/{number}", succession.encode())
        if self.count > MAX_SINGLE_PROOFS:
            await self._write_nodes(notary)
        else:
            async for proof in self._proofs(notary, MAX_PROOFS):
                write(f"proofs/{proof.index + 1}.tlog-proof", str(proof).encode())
        await self._write_earlier(notary)

    async def stated_by(self, notary: Prover) -> Note:
        """The notary's statement about the events and about every file that is there by now.

        Raises:
            HistoryNotProven: the notary has counted other events than the log has given.
            NotarySilent, NotaryRefused: as :meth:`write_proofs`.
        """
        checkpoint, files = self.checkpoint, dict(self._folder.digests)
        note = await notary.statement(self._scope, checkpoint.size, files)
        expected = stated(checkpoint.origin, checkpoint.size, self._scope, self._counted, files)
        if note.text != expected.text:
            raise HistoryNotProven(
                f"The notary states something else about {self._scope} than the log gives: here are {self.count} events"
                f" up to position {self._counted.last}. So nothing is handed out. Try again, and then: cairn log audit."
            )
        return note

    def write_statement(self, note: Note) -> None:
        """Write the statement, and the checker beside it, which no statement can vouch for.

        Raises:
            OSError: they cannot be written.
        """
        self._folder.write("statement", str(note).encode())
        self._folder.write(CHECKER.name, CHECKER.read_bytes())

    def _line(self, message: RawMessage) -> bytes:
        """Count an event, and give its line."""
        if message.position > self.checkpoint.size:
            raise ValueError(f"position {message.position} is behind the checkpoint")
        leaf = leaf_of(message)
        self._counted.take(message.position)
        self._indices.append(message.position - 1)
        self._leaf_hashes += leaf_hash(leaf)
        said: dict[str, object] = {
            "position": message.position,
            "recorded_ns": message.recorded_ns,
            "subject": message.subject,
        }
        if self._is_withheld(message):
            self.withheld += 1
            said["withheld"] = _text(leaf[-_HIDDEN_BYTES:])
        else:
            said["headers"], said["body"] = _text(message.headers), _text(message.body)
        return json.dumps(said).encode() + b"\n"

    def _policy(self) -> str:
        """Whom the operator names, with every key of the log that signs now."""
        policy = self._keys.policy
        named = {str(key) for key, _ in parse_policy(policy).logs}
        missing = [each.key for each in self._keys.keys if each.retired_at is None and each.key not in named]
        return policy + "".join(f"log {key}\n" for key in missing)

    async def _proofs(self, notary: Prover, at_once: int) -> AsyncIterator[InclusionProof]:
        """The proof of each event, which holds."""
        size, root = self.checkpoint.size, self.checkpoint.root
        for first in range(0, self.count, at_once):
            indices = self._indices[first : first + at_once]
            _, proofs = await notary.proofs(tuple([index + 1 for index in indices]), size)
            if len(proofs) != len(indices):
                raise HistoryNotProven("The notary gives other proofs than it was asked for.")
            for place, (index, hashes) in enumerate(zip(indices, proofs, strict=True), first):
                if not proves_inclusion(index, size, self._leaf_hash(place), hashes, root):
                    raise HistoryNotProven(
                        f"The event at position {index + 1} is not the one that the notary has signed: the log was"
                        " changed behind it, or the notary’s tree was. So nothing is handed out. See: cairn log audit."
                    )
                yield InclusionProof(index, tuple(hashes), self._note)

    async def _write_nodes(self, notary: Prover) -> None:
        """Write each hash once that the events are proven by."""
        walk, place = Walk(), 0
        pending = steps(self._indices, self.checkpoint.size)
        with self._folder.opened("nodes.jsonl") as file:
            while some := list(islice(pending, MAX_NODES)):
                read = iter(await self._read(notary, some))
                for does, subtree in some:
                    match does:
                        case "leaf":
                            walk.push(self._leaf_hash(place))
                            place += 1
                        case "join":
                            walk.join()
                        case "read":
                            walk.push(next(read))
                    if does in ("read", "known"):
                        file.write(json.dumps([*subtree, _text(walk.top)]).encode() + b"\n")
        if walk.root != self.checkpoint.root:
            async for _ in self._proofs(notary, MAX_PROOFS):  # which finds the first event that is not proven
                pass
            raise HistoryNotProven("The notary gives hashes that are not those of the tree that it has signed.")

    async def _read(self, notary: Prover, some: Sequence[Step]) -> list[bytes]:
        nodes = tuple([(each.subtree.level, each.subtree.number) for each in some if each.does == "read"])
        hashes = await notary.nodes(nodes) if nodes else []
        if len(hashes) != len(nodes):
            raise HistoryNotProven("The notary gives other hashes than it was asked for.")
        return hashes

    async def _write_earlier(self, notary: Prover) -> None:
        """Write earlier checkpoints, each as the request by which a witness would take it behind the one before."""
        notes: dict[int, Note] = {}
        every = -(-self.count // MAX_BRACKETED_EVENTS) or 1
        for index in self._indices[::every]:
            position = index + 1
            for size, below in ((position, None), (None, position)):
                if size is not None and any(position <= known for known in notes):
                    continue  # sizes grow with the positions, so that the nearest one behind is known already
                if (note := await _kept(notary, size, below)) is not None:
                    found = checkpoint_of(note).size
                    if 0 < found < self.checkpoint.size and (below is None or found < below):
                        notes[found] = note
        if not notes:
            return
        notes[self.checkpoint.size] = self._note
        old = 0
        for size, note in sorted(notes.items()):
            proof = await notary.consistency(old, size) if old else []
            self._folder.write(f"earlier/{size}", bytes(AddCheckpoint(old, tuple(proof), note)))
            old = size

    def _leaf_hash(self, place: int) -> bytes:
        return bytes(self._leaf_hashes[place * HASH_BYTES : (place + 1) * HASH_BYTES])


async def _kept(notary: Prover, size: int | None, below: int | None) -> Note | None:
    """A kept checkpoint; None where there is none so large, or so small."""
    try:
        return await notary.checkpoint(size, below)
    except NotaryRefused as refused:
        if refused.code in ("proof.none", "proof.not_yet"):
            return None
        raise


def check_export(folder: Path) -> None:
    """Check an export by the very program that goes along.

    Raises:
        HistoryNotProven: it does not hold; the message says what.
    """
    try:
        History(folder, None).check()
    except Wrong as wrong:
        raise HistoryNotProven(f"The export would not hold: {wrong}. So nothing is handed out.") from None


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
