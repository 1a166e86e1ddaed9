"""A notary at work on a log in memory, with witnesses in memory."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from events.leaf import hole, leaf_of
from events.transparency.checkpoints import opened_checkpoint
from events.transparency.merkle import CompactRange, leaf_hash
from events.transparency.notes import Note
from services.notary.answering import WAIT_SECONDS, Answering
from services.notary.founding import Founded, found
from services.notary.generations import Generation
from services.notary.identity import Identity, NotaryFolder
from services.notary.notary import Notary
from services.notary.requests import ActsAnswer
from tests.log_in_memory import STREAM, LogInMemory
from tests.waiting import eventually
from tests.witness_in_memory import WitnessInMemory, made_of


def answering_for(notary: Notary, seconds: float = WAIT_SECONDS) -> Answering:
    """What answers for a notary, where nobody asks what was done with it."""

    async def no_acts() -> ActsAnswer:
        return ActsAnswer(acts=(), recorded=0)

    return Answering(notary, no_acts, seconds)


class Sent:
    """Organisations to whom checkpoints are sent.

    Attributes:
        notes: What was sent.
    """

    def __init__(self) -> None:
        self.notes: list[Note] = []

    async def begin(self) -> None:
        pass

    def hear(self, subjects: Iterable[str]) -> None:
        pass

    async def publish(self, note: Note) -> None:
        self.notes.append(note)


class Bench:
    """A notary's folders, its log and its witnesses."""

    def __init__(self, folder: Path):
        self.log = LogInMemory()
        self.folder = NotaryFolder(folder / "keys")
        self.trees = folder / "trees"
        self.founded: Founded = found(self.folder, "records.clinic.example", STREAM, datetime.now(UTC))
        self.generation: Generation = self.folder.generation(self.founded.identity)
        self.sent = Sent()
        self.told: list[str] = []
        self.witnesses: list[WitnessInMemory] = []

    def tree_folder(self, identity: Identity) -> Path:
        return self.trees / str(identity.generation)

    def trust(self, quorum: str, *witnesses: WitnessInMemory) -> None:
        """Write the policy."""
        self.witnesses = list(witnesses)
        lines = [each.line for each in witnesses]
        names = " ".join(each.name for each in witnesses)
        lines += [f"group enough {quorum} {names}", "quorum enough"] if witnesses else ["quorum none"]
        (self.folder.folder / "policy").write_text("\n".join(lines) + "\n")

    def made(self) -> Notary:
        """A notary of these folders, as after a start."""
        make = made_of(*self.witnesses)
        return Notary(
            self.log,
            self.folder,
            self.tree_folder,
            make,
            self.sent,
            lambda: datetime.now(UTC),
            self.told.append,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Notary]:
        """A notary at work, which is broken off at the end."""
        notary = self.made()
        task = asyncio.create_task(notary.run())
        try:
            yield notary
        finally:
            task.cancel()
            await asyncio.wait({task})

    def root(self, size: int) -> bytes:
        """The root that the tree has to have."""
        tree = CompactRange()
        for position in range(1, size + 1):
            message = self.log.messages.get(position)
            tree.append(leaf_hash(hole(position) if message is None else leaf_of(message)))
        return tree.root

    async def published(self, notary: Notary, size: int) -> Note:
        """The published checkpoint of a size, which has the right root and signature."""
        await eventually(lambda: notary.published.size == size)
        note = notary.published.note
        assert note is not None
        checkpoint = opened_checkpoint(note, self.founded.checkpoints)
        assert (checkpoint.size, checkpoint.root) == (size, self.root(size))
        return note
