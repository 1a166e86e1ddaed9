"""Answering what is asked of a notary on `cairn.notary.STREAM`: everything but its signatures comes from its tiles.

A log that has stopped being signed goes on being proven: of what was published, every proof can still be made that
the tiles lead to.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress

from events.identity import LOG, is_token
from events.log.failures import LogUnreachable
from events.transparency.checkpoints import checkpoint_of
from events.transparency.merkle import HASH_BYTES, leaf_hash
from events.transparency.notes import Note, signed
from events.transparency.proving import Subtree, inclusion_proof
from events.transparency.tiles import TILE_WIDTH, Tile, width_at
from services.messaging.broker import Broker, Handler
from services.notary.ended import EndedGeneration
from services.notary.errors import NotaryUnusable, SigningStopped, SigningWaits
from services.notary.log_leaves import EVERYTHING, leaves
from services.notary.notary import Notary
from services.notary.requests import (
    QUEUE,
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
    AskSign,
    AskStatement,
    AskStatus,
    AskTile,
    AskWitnesses,
    BytesAnswer,
    NotaryAnswer,
    NotaryRefusal,
    NotaryStatus,
    NoteAnswer,
    ProofsAnswer,
)
from services.notary.statements import CountedEvents, stated
from services.notary.tile_tree import TileTree

WAIT_SECONDS = 25.0
"""How long a request for a signature may wait for the log, the disk and the witnesses."""
TellActs = Callable[[], Awaitable[ActsAnswer]]
_REQUESTS_AT_ONCE = 64
"""How many requests are worked on at a time; more wait at the server's pace."""
_AT_ONCE = 16
"""How many proofs are made before others have their turn."""
_LENGTH_BYTES = 2
_SCOPE_TOKENS = 3
_log = logging.getLogger("cairn.notary")


def answer_requests(broker: Broker, streams: Iterable[str], answering_of: "Callable[[str], Answering]") -> None:
    """Answer on `cairn.notary.STREAM` for each stream.

    Args:
        answering_of: What answers for a stream's notary.
    """

    def answering(stream: str) -> Handler:
        async def notary(asked: Ask) -> NotaryAnswer:
            return await answering_of(stream).answer(asked)

        return notary

    for stream in streams:
        broker.answer(
            f"{SUBJECT}.{stream}",
            answering(stream),
            queue=QUEUE,
            at_once=_REQUESTS_AT_ONCE,
            title="notary",
            says="The notary of a stream of the log is asked for proofs, checkpoints and keys, or to sign.",
        )


class Unanswered(Exception):
    """A request that is refused.

    Attributes:
        refusal: What is answered.
    """

    def __init__(self, refusal: NotaryRefusal):
        super().__init__(refusal.detail)
        self.refusal = refusal


class Answering:
    """Answers for one notary.

    Args:
        notary: The notary.
        acts: Tells what was done with the notary.
        seconds: How long a request for a signature may wait.
    """

    def __init__(self, notary: Notary, acts: TellActs, seconds: float = WAIT_SECONDS):
        self._notary = notary
        self._acts = acts
        self._seconds = seconds

    async def answer(self, asked: Ask) -> NotaryAnswer:
        """The answer to a request, or the refusal of it."""
        try:
            return await self._answered(asked)
        except Unanswered as unanswered:
            return unanswered.refusal
        except SigningStopped as stopped:
            return NotaryRefusal(code="proof.stopped", detail=f"{stopped}.")
        except SigningWaits as waits:
            return NotaryRefusal(code="proof.not_yet", detail=self._with_witnesses(str(waits)))
        except (ValueError, NotaryUnusable, OSError, LogUnreachable) as trouble:
            _log.error("a proof could not be made: %s: %s", type(trouble).__name__, trouble)
            return NotaryRefusal(
                code="proof.none", detail="The notary has not what this needs. Its log file says what is missing."
            )

    async def _answered(self, asked: Ask) -> NotaryAnswer:
        match asked:
            case AskStatus() | AskWitnesses():
                return await self._status(asked)
            case AskCheckpoint() | AskTile() | AskConsistency() | AskKeys():
                return await self._kept(asked)
            case AskEntries(number=number, width=width):
                return BytesAnswer(content=await self._entries(number, width))
            case AskProofs(positions=positions, size=size):
                return await self._proofs(positions, size)
            case AskNodes(nodes=nodes):
                return BytesAnswer(content=await self._nodes([Subtree(*each) for each in nodes]))
            case AskStatement():
                return NoteAnswer(note=str(await self._statement(asked)))
            case AskActs():
                return await self._acts()
            case AskSign():
                return NoteAnswer(note=str(await self._sign()))

    async def _kept(self, asked: AskCheckpoint | AskTile | AskConsistency | AskKeys) -> NotaryAnswer:
        """What there is of the generation that signs, and goes on being there of each that has ended."""
        of: Notary | EndedGeneration = self._notary
        if asked.generation not in (None, self._notary.identity.generation):
            ended = await asyncio.to_thread(self._notary.ended, asked.generation)
            if ended is None:
                raise _none("There is no such generation that has ended.")
            of = ended
        match asked:
            case AskCheckpoint(below=int() as below):
                return NoteAnswer(note=str(self._checkpoint_below(of, below)))
            case AskCheckpoint(size=size):
                return NoteAnswer(note=str(self._checkpoint(of, size)))
            case AskTile(level=level, number=number, width=width):
                return BytesAnswer(content=self._tile(of, Tile(level, number, width)))
            case AskConsistency(old=old, new=new):
                return BytesAnswer(content=self._consistency(of, old, new))
            case AskKeys():
                return of.keys if isinstance(of, EndedGeneration) else of.keys()

    async def _status(self, asked: AskStatus | AskWitnesses) -> NotaryStatus:
        if isinstance(asked, AskWitnesses):
            with suppress(TimeoutError):  # then the status says which of them do not answer
                async with asyncio.timeout(self._seconds):
                    await self._notary.ask_witnesses()
        return self._notary.status

    def _checkpoint(self, of: Notary | EndedGeneration, size: int | None) -> Note:
        found = of.published.note if size is None else of.published.first_of(size)
        if found is None:
            raise self._not_there(of, size)
        return found

    def _checkpoint_below(self, of: Notary | EndedGeneration, size: int) -> Note:
        found = of.published.last_below(size)
        if found is None:
            raise _none("No checkpoint of a smaller tree is kept.")
        return found

    def _tile(self, of: Notary | EndedGeneration, tile: Tile) -> bytes:
        if width_at(tile.level, tile.number, of.published.size) < tile.width:
            raise _none("The published tree has no such tile.")
        found = self._tree(of).tile(tile)
        if found is None or len(found) != tile.width * HASH_BYTES:
            raise ValueError(f"tile {tile.address} is not whole")
        return found

    async def _entries(self, number: int, width: int) -> bytes:
        hashes = self._tile(self._notary, Tile(0, number, width))
        first, last = number * TILE_WIDTH, number * TILE_WIDTH + width
        found: list[bytes] = []
        async for page in self._notary.log.read_raw(EVERYTHING, first, last):
            found += leaves([each for each in page if each.position <= last], first + len(found))
        found += leaves((), first + len(found), last)
        if b"".join(map(leaf_hash, found)) != hashes:
            # An event that was changed behind the tiles. The audit of the log says which one.
            _log.error("the log holds something else than what was signed, between %d and %d", first + 1, last)
            raise _none("The log holds something else there than what was signed.")
        return b"".join(len(each).to_bytes(_LENGTH_BYTES) + each for each in found)

    async def _proofs(self, positions: Sequence[int], size: int | None) -> ProofsAnswer:
        note = self._note_of(size)
        size = checkpoint_of(note).size
        if max(positions) > size:
            raise self._not_yet(max(positions))
        read = self._tree(self._notary).reader(size)
        made = []
        for count, position in enumerate(positions, 1):
            made.append(b"".join(inclusion_proof(position - 1, size, read)))
            if count % _AT_ONCE == 0:
                await asyncio.sleep(0)
        return ProofsAnswer(note=str(note), proofs=tuple(made))

    async def _nodes(self, nodes: Sequence[Subtree]) -> bytes:
        tree = self._tree(self._notary)
        size = min(tree.size, self._notary.published.size)
        if any((each.number + 1) << each.level > size for each in nodes):
            raise _none("The published tree has no such subtree.")
        read = tree.reader(size)
        found = []
        for count, each in enumerate(nodes, 1):
            found.append(read(each))
            if count % _AT_ONCE == 0:
                await asyncio.sleep(0)
        return b"".join(found)

    def _consistency(self, of: Notary | EndedGeneration, old: int, new: int) -> bytes:
        if old > new:
            raise _none("A larger tree is no earlier state of a smaller one.")
        tree = self._tree(of)
        if new > min(tree.size, of.published.size):
            raise self._not_there(of, new)
        return b"".join(tree.consistency_proof(old, new))

    async def _statement(self, asked: AskStatement) -> Note:
        """Count what the log holds on the subjects of the scope up to the size, and sign that.

        Every message counts that is stored there, whether it can be read or was voided since: it is in the log, and
        has its place in an export. A hole does not count, as nobody can say whose event it was.
        """
        self._note_of(asked.size)
        tokens = asked.scope.split(".")
        if len(tokens) > _SCOPE_TOKENS or not all(map(is_token, tokens)) or not all(map(_is_plain, asked.files)):
            raise Unanswered(
                NotaryRefusal(code="request.invalid", detail="A scope is ORG, ORG.PATIENT or ORG.PATIENT.GOAL.")
            )
        counted = CountedEvents()
        subject = ".".join((LOG, *tokens, *("*",) * (_SCOPE_TOKENS - len(tokens))))
        async for page in self._notary.log.read_raw(subject, 0, asked.size):
            for message in page:
                if message.position <= asked.size:
                    counted.take(message.position)
        statement = stated(self._notary.identity.origin, asked.size, asked.scope, counted, asked.files)
        self._notary.check_not_stopped()
        return signed(statement.text, self._notary.generation.statements_key())

    async def _sign(self) -> Note:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._notary.sign()
        except TimeoutError:
            self._notary.check_not_stopped()
            waiting = self._notary.status.waiting
            detail = self._with_witnesses("Too few witnesses have cosigned in time" if waiting is None else waiting)
            raise Unanswered(NotaryRefusal(code="proof.not_yet", detail=detail)) from None

    def _note_of(self, size: int | None) -> Note:
        """The newest checkpoint that can be proven against, or the published one of a size."""
        published = self._notary.published
        found = self._notary.provable if size is None else published.at(size)
        if found is not None:
            return found
        if size is None or size > published.size:
            raise self._not_yet(size)
        raise _none(f"No checkpoint of size {size} is kept. Ask for a checkpoint first.")

    def _tree(self, of: Notary | EndedGeneration) -> TileTree:
        if of.tree is None:
            raise self._not_there(of, None)
        return of.tree

    def _not_there(self, of: Notary | EndedGeneration, what: int | None) -> Unanswered:
        """The refusal of what no published tree has."""
        if of is self._notary:
            return self._not_yet(what)
        return _none("The generation had ended before it had published that, or its tiles are lost.")

    def _not_yet(self, what: int | None) -> Unanswered:
        """The refusal of what no published tree has yet; raises SigningStopped where none ever will."""
        self._notary.check_not_stopped()
        where = f"up to position {what} " if what is not None else ""
        detail = f"No checkpoint {where}has been published yet."
        if (waiting := self._notary.status.waiting) is not None:
            detail = f"{detail} {self._with_witnesses(waiting)}"
        return Unanswered(NotaryRefusal(code="proof.not_yet", detail=detail))

    def _with_witnesses(self, why: str) -> str:
        """Why nothing is published, and what keeps each witness that does not cosign."""
        troubles = (f"{each.name}: {each.trouble}" for each in self._notary.status.witnesses if each.trouble)
        return " ".join((f"{why}.", *troubles))


def _is_plain(name: str) -> bool:
    """Whether the name of a file can stand in a line of a statement."""
    return name.isprintable() and bool(name) and name == name.strip()


def _none(detail: str) -> Unanswered:
    return Unanswered(NotaryRefusal(code="proof.none", detail=detail))
