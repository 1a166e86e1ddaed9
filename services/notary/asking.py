"""Asking the notary, for whoever needs a proof: the gateway, commands, and other services."""

from typing import TypeVar

from nats.errors import Error as NatsError
from pydantic import BaseModel, ValidationError

from events.errors import CairnError
from events.log.client.resilient import ResilientClient
from events.transparency.merkle import HASH_BYTES
from events.transparency.notes import Note, parse_note
from events.transparency.refusals import NotProven
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
    AskSign,
    AskStatement,
    AskStatus,
    AskTile,
    AskWitnesses,
    BytesAnswer,
    KeysAnswer,
    NotaryRefusal,
    NotaryStatus,
    NoteAnswer,
    ProofsAnswer,
)

ANSWER_SECONDS = 5.0
SIGN_SECONDS = 30.0
"""How long signing may take with all witnesses asked."""
Answer = TypeVar("Answer", bound=BaseModel)


class NotarySilent(CairnError):
    """No notary answers for a stream of the log, or it answers nothing that can be read."""


class NotaryRefused(CairnError):
    """The notary does not answer a request.

    Attributes:
        code: As :class:`services.notary.requests.NotaryRefusal` has it.
    """

    def __init__(self, code: str, detail: str):
        super().__init__(detail)
        self.code = code


class AskedNotary:
    """The notary of one stream of the log, over NATS.

    Every method raises `NotarySilent` where none answers, and `NotaryRefused` where it says no. What comes is believed
    no more than NATS is: whoever must be sure verifies the note and the proof.

    Args:
        nc: A connection from :func:`events.log.connect`, which stays with its owner.
        stream: The stream of the log.
        generation: Of which generation checkpoints, tiles, consistency and keys are asked for; None for the one that
            signs.
        seconds: How long an answer may take.
    """

    def __init__(
        self, nc: ResilientClient, stream: str, generation: int | None = None, *, seconds: float = ANSWER_SECONDS
    ):
        self._nc = nc
        self._generation = generation
        self._subject = f"{SUBJECT}.{stream}"
        self._stream = stream
        self._seconds = seconds

    async def status(self) -> NotaryStatus:
        """How it is."""
        return await self._ask(AskStatus(), NotaryStatus)

    async def ask_witnesses(self) -> NotaryStatus:
        """Have it ask each witness now, also one that it leaves alone for a while; how it is afterwards."""
        return await self._ask(AskWitnesses(), NotaryStatus, SIGN_SECONDS)

    async def checkpoint(self, size: int | None = None, below: int | None = None) -> Note:
        """The newest published checkpoint, the first kept one of at least a size, or the last kept one below a size."""
        return self._note(
            (await self._ask(AskCheckpoint(size=size, below=below, generation=self._generation), NoteAnswer)).note
        )

    async def tile(self, level: int, number: int, width: int) -> bytes:
        """The hashes of a tile, joined."""
        asked = AskTile(level=level, number=number, width=width, generation=self._generation)
        return (await self._ask(asked, BytesAnswer)).content

    async def entries(self, number: int, width: int) -> bytes:
        """A bundle of leaves, each with its length in front."""
        return (await self._ask(AskEntries(number=number, width=width), BytesAnswer)).content

    async def proofs(self, positions: tuple[int, ...], size: int | None = None) -> tuple[Note, list[list[bytes]]]:
        """The checkpoint, and for each position the hashes from the leaf upward."""
        answer = await self._ask(AskProofs(positions=positions, size=size), ProofsAnswer)
        return self._note(answer.note), [_hashes(each) for each in answer.proofs]

    async def nodes(self, nodes: tuple[tuple[int, int], ...]) -> list[bytes]:
        """The hashes of full subtrees by level and number."""
        return _hashes((await self._ask(AskNodes(nodes=nodes), BytesAnswer)).content)

    async def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that one tree is an earlier state of another."""
        asked = AskConsistency(old=old, new=new, generation=self._generation)
        return _hashes((await self._ask(asked, BytesAnswer)).content)

    async def statement(self, scope: str, size: int, files: dict[str, str]) -> Note:
        """The signed statement of how many events there are of somebody."""
        answer = await self._ask(AskStatement(scope=scope, size=size, files=files), NoteAnswer, SIGN_SECONDS)
        return self._note(answer.note)

    async def keys(self) -> KeysAnswer:
        """Its keys, policy and earlier generations."""
        return await self._ask(AskKeys(generation=self._generation), KeysAnswer)

    async def acts(self) -> ActsAnswer:
        """What was done with it."""
        return await self._ask(AskActs(), ActsAnswer)

    async def sign(self) -> Note:
        """Have it sign what the log holds now, ask its witnesses, and publish."""
        return self._note((await self._ask(AskSign(), NoteAnswer, SIGN_SECONDS)).note)

    async def _ask(self, asked: Ask, answer: type[Answer], seconds: float | None = None) -> Answer:
        silent = NotarySilent(
            f"No notary answers for the stream {self._stream}. `cairn serve notary` and `cairn up` run it, once"
            " `cairn notary init` has made one; a `cairn up` from before has to be started again."
        )
        if not self._nc.is_connected:  # nats-py would keep the request until there is
            raise silent
        seconds = seconds or self._seconds
        try:
            async with self._nc.answer_within(seconds):
                # Without what is not asked for: a notary of an earlier version does not know it.
                request = asked.model_dump_json(exclude_none=True).encode()
                message = await self._nc.request(self._subject, request, timeout=seconds)
        except (NatsError, OSError, TimeoutError):
            raise silent from None
        try:
            return answer.model_validate_json(message.data)
        except ValidationError:
            pass
        try:
            refusal = NotaryRefusal.model_validate_json(message.data)
        except ValidationError:
            raise NotarySilent(f"What answers for the notary of {self._stream} is not understood.") from None
        raise NotaryRefused(refusal.code, refusal.detail)

    def _note(self, text: str) -> Note:
        try:
            return parse_note(text.encode())
        except NotProven:
            raise NotarySilent(f"What answers for the notary of {self._stream} is no signed note.") from None


def _hashes(joined: bytes) -> list[bytes]:
    return [joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)]
