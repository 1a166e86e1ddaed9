"""A notary for tests of those who ask it: it answers from a tree that the test fills, and signs when it is told to."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from pydantic import BaseModel, TypeAdapter

from events.leaf import hole, leaf_of
from events.log import Log
from events.log.client.resilient import ResilientClient
from events.transparency.checkpoints import Checkpoint, checkpoint_of, cosigned
from events.transparency.keys import COSIGNATURE, NOTE, SignerKey, VerifierKey
from events.transparency.merkle import leaf_hash
from events.transparency.notes import Note, signed
from events.transparency.proving import Subtree
from events.transparency.tiles import SubtreesFromTiles, Tile, width_at
from services.administration.notary_act import NotaryAct
from services.notary.requests import (
    SUBJECT,
    ActsAnswer,
    Ask,
    AskActs,
    AskCheckpoint,
    AskConsistency,
    AskEntries,
    AskKeys,
    AskNodes,
    AskProofs,
    AskStatus,
    AskTile,
    BytesAnswer,
    KeyPeriod,
    KeysAnswer,
    NotaryRefusal,
    NotaryStatus,
    NoteAnswer,
    ProofsAnswer,
    WitnessStatus,
)
from services.notary.tile_files import TileFiles
from services.notary.tile_tree import TileTree

ORIGIN = "records.clinic.example/tlog/7f3k2m9q-1"
WITNESS = "alpha"
_REQUESTS: TypeAdapter[Ask] = TypeAdapter(Ask)


class FakeNotary:
    """Answers on `cairn.notary.STREAM` while it is entered.

    Attributes:
        tree: Its tree; add leaves by `add`.
        status: What it says of itself; what it has signed is filled in.
        note: The newest checkpoint; None before the first.
        acts: What was done with it, in order.
        asked: How often it was asked for each kind of thing.

    Args:
        folder: For its tiles.
        witnessed: Whether a witness of its own cosigns, and the policy asks for it.
        log: What it signs all of whenever it is asked for anything; None where the test has it sign.
        origin: The name of its log.
    """

    def __init__(
        self,
        nc: ResilientClient,
        stream: str,
        folder: Path,
        *,
        witnessed: bool = False,
        log: Log | None = None,
        origin: str = ORIGIN,
    ):
        self._nc = nc
        self._log = log
        self._stream = stream
        self._key = SignerKey(origin, NOTE, b"\x01" * 32)
        self._witness = SignerKey("witness.example/alpha", COSIGNATURE, b"\x02" * 32) if witnessed else None
        self._subscription: Subscription | None = None
        self.tree = TileTree(TileFiles(folder), 0)
        self.status = NotaryStatus(origin=origin, stream=stream, quorum="any of 1" if witnessed else "none")
        self.note: Note | None = None
        self.acts: tuple[NotaryAct, ...] = ()
        self.asked: Counter[str] = Counter()
        self._leaves: list[bytes] = []

    async def __aenter__(self) -> Self:
        self._subscription = await self._nc.subscribe(f"{SUBJECT}.{self._stream}", cb=self._answer)
        await self._nc.flush()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._subscription is not None:
            await self._subscription.unsubscribe()

    def add(self, hashes: Iterable[bytes]) -> None:
        """Add leaves by their hashes, and have them on the disk."""
        self.tree.extend(hashes)
        self.tree.write()

    def add_leaves(self, leaves: Iterable[bytes]) -> None:
        """Add leaves that it can show in bundles."""
        found = list(leaves)
        self._leaves += found
        self.add(map(leaf_hash, found))

    async def add_log(self, log: Log) -> None:
        """Add the leaves of everything that a log holds and the tree does not have yet."""
        head, leaves = await log.head(), list[bytes]()
        while self.tree.size + len(leaves) < head:
            position = self.tree.size + len(leaves) + 1
            raw = await log.raw_at(position)
            leaves.append(hole(position) if raw is None else leaf_of(raw))
        self.add_leaves(leaves)

    def sign(self, cosigned_at: datetime | None = None) -> None:
        """Sign and publish the tree as it is.

        Args:
            cosigned_at: What the witness says the time is; just now, unless it is given.
        """
        now = datetime.now(UTC)
        note = signed(Checkpoint(self._key.name, self.tree.size, self.tree.root).text, self._key)
        if self._witness is not None:
            line = cosigned(note, self._witness, int((cosigned_at or now).timestamp()))
            note = Note(note.text, (*note.signatures, line))
        self.note = note
        signed_now = {"size": self.tree.size, "root": self.tree.root, "signed_at": now, "log_head": self.tree.size}
        self.status = self.status.model_copy(update={**signed_now, "published_size": self.tree.size})
        if self._witness is not None:
            at = cosigned_at or now
            witness = WitnessStatus(name=WITNESS, cosigned_size=self.tree.size, cosigned_at=at)
            self.status = self.status.model_copy(update={"witnessed_at": at, "witnesses": (witness,)})

    @property
    def size(self) -> int:
        """How many leaves the newest checkpoint has."""
        return checkpoint_of(self.note).size if self.note is not None else 0

    @property
    def key(self) -> VerifierKey:
        """What it signs checkpoints with."""
        return self._key.verifier

    @property
    def policy(self) -> str:
        """Whom its operator names."""
        log = f"log {self._key.verifier}\n"
        if self._witness is None:
            return f"{log}quorum none\n"
        return f"{log}witness {WITNESS} {self._witness.verifier}\nquorum {WITNESS}\n"

    async def _answer(self, message: Msg) -> None:
        if self._log is not None:
            await self.add_log(self._log)
            self.sign()
        await message.respond(self._answered(message.data).model_dump_json().encode())

    def _answered(self, request: bytes) -> BaseModel:
        asked = _REQUESTS.validate_json(request)
        self.asked[asked.ask] += 1
        if isinstance(asked, AskStatus):
            return self.status
        if isinstance(asked, AskActs):
            return ActsAnswer(acts=self.acts, recorded=len(self.acts))
        if isinstance(asked, AskKeys):
            period = KeyPeriod(key=str(self._key.verifier), use="checkpoints", since=datetime.now(UTC))
            return KeysAnswer(origin=self._key.name, keys=(period,), policy=self.policy)
        if self.note is None:
            return NotaryRefusal(code="proof.not_yet", detail="Nothing is signed yet.")
        return self._of_the_tree(asked, str(self.note))

    def _of_the_tree(self, asked: Ask, note: str) -> BaseModel:
        match asked:
            case AskCheckpoint():
                return NoteAnswer(note=note)
            case AskTile(level=level, number=number, width=width):
                tile = self.tree.tile(Tile(level, number, width))
                if tile is not None and width_at(level, number, self.size) >= width:
                    return BytesAnswer(content=tile)
            case AskEntries(number=number, width=width):
                leaves = self._leaves[number * 256 :][:width]
                return BytesAnswer(content=b"".join(len(each).to_bytes(2) + each for each in leaves))
            case AskNodes(nodes=nodes):
                read = SubtreesFromTiles(lambda level, number: self.tree.tile(self._widest(level, number)) or b"")
                return BytesAnswer(content=b"".join(read(Subtree(*node)) for node in nodes))
            case AskConsistency(old=old, new=new) if old <= new <= self.size:
                return BytesAnswer(content=b"".join(self.tree.consistency_proof(old, new)))
            case AskProofs(positions=positions) if max(positions) > self.size:
                return NotaryRefusal(code="proof.not_yet", detail="No checkpoint up to there has been published yet.")
            case AskProofs(positions=positions, size=size):
                proofs = [self.tree.inclusion_proof(each - 1, size or self.size) for each in positions]
                return ProofsAnswer(note=note, proofs=tuple(b"".join(each) for each in proofs))
        return NotaryRefusal(code="proof.none", detail="There is no such thing.")

    def _widest(self, level: int, number: int) -> Tile:
        return Tile(level, number, width_at(level, number, self.tree.size))
