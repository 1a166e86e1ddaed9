"""The dealings with one witness: what it has cosigned, what it is asked for next, and when it is left alone.

What each of its answers means is in :mod:`services.notary.witness_answers`; here is what is done then.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from events.transparency.checkpoints import Checkpoint, cosignatures_of
from events.transparency.keys import VerifierKey
from events.transparency.notes import Note, SignatureLine
from events.transparency.policies import Witness
from services.notary.errors import Contradiction, WitnessSilent
from services.notary.generations import WitnessMemory
from services.notary.requests import WitnessStatus
from services.notary.tile_tree import TileTree
from services.notary.witness_answers import Alarm, AnotherSize, Cosigned, Fork, TryLater, WitnessAnswer
from services.notary.wording import leaves

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 300.0
"""How long a witness is left alone after it could not answer: twice as long each time, up to this."""
FIRST_ALARM_SECONDS = 5.0
ALARM_SECONDS = 600.0
"""How long a witness is left alone after an answer that only people can change: twice as long each time, up to this.
People are often about to change it: a new generation has begun, and the witness is told of its key a minute later."""


class AskedWitness(Protocol):
    """How a witness is asked; :class:`services.notary.witnesses.WitnessClient` does so."""

    async def add_checkpoint(self, old_size: int, proof: Sequence[bytes], note: Note) -> WitnessAnswer:
        """Ask for a cosignature."""

    async def last_cosigned(self, origin: str) -> Checkpoint | None:
        """Ask what it has last cosigned."""

    async def close(self) -> None:
        """Let its connections go."""


class WitnessDealings:
    """The dealings with one witness.

    Args:
        witness: As the policy has it.
        client: Asks it; None where the policy has no address for it.
        memory: What is known of it from before.
        clock: Seconds that only go forward.

    Attributes:
        memory: What is known of it.
        asked: Whether it has said since the start what it last cosigned.
        trouble: Why it does not cosign now, in a sentence; None where it does.
    """

    def __init__(
        self,
        witness: Witness,
        client: AskedWitness | None,
        memory: WitnessMemory,
        clock: Callable[[], float],
    ):
        self.witness = witness
        self.memory = memory
        self.asked = False
        self.trouble: str | None = None if client is not None else "The policy has no address for it."
        self._client = client
        self._clock = clock
        self._pause, self._alarm_pause = FIRST_PAUSE_SECONDS, FIRST_ALARM_SECONDS
        self._not_before = 0.0
        if memory.rolled_back:
            self.trouble = _ROLLED_BACK

    @property
    def key(self) -> VerifierKey:
        """Its key, as the policy has it."""
        return self.witness.key

    @property
    def status(self) -> WitnessStatus:
        """How it goes with it."""
        size = self.memory.size if self.memory.at is not None else None
        return WitnessStatus(
            name=self.witness.name, cosigned_size=size, cosigned_at=self.memory.at, trouble=self.trouble
        )

    @property
    def counts(self) -> bool:
        """Whether its word counts."""
        return not self.memory.rolled_back

    async def ask_what_it_has(self, origin: str, tree: TileTree, known: Note | None) -> None:
        """Ask what it has last cosigned, and compare that with the tree.

        Args:
            known: A checkpoint that is published already. A witness whose monitors are not answered is shown it as
                if it had cosigned nothing yet, and names the size that it has.

        Raises:
            Contradiction: it has cosigned a larger tree than the notary remembers, or another one.
        """
        if self._client is None or self._clock() < self._not_before:
            return
        try:
            last = await self._client.last_cosigned(origin)
        except WitnessSilent as silent:
            if known is not None and await self._names_its_size(self._client, known, tree):
                self._said()
            else:
                self._leave_alone(str(silent))
            return
        self._said()
        if last is None:
            return
        self._check_size(last.size, tree.size)
        if tree.root_at(last.size) != last.root:
            raise Contradiction(
                f"the witness {self.witness.name} has cosigned another tree with {leaves(last.size)} than this one"
            )
        self._hear_of(last.size)

    async def ask_to_cosign(self, note: Note, checkpoint: Checkpoint, tree: TileTree) -> SignatureLine | None:
        """Ask for its cosignature; None where it gives none now, or none that counts.

        Raises:
            Contradiction: it has cosigned a larger tree, or one that this one does not extend.
        """
        if self._client is None or self._clock() < self._not_before:
            return None
        old = min(self.memory.size, checkpoint.size)
        answer = await self._client.add_checkpoint(old, tree.consistency_proof(old, checkpoint.size), note)
        if isinstance(answer, AnotherSize) and answer.size != old:
            self._check_size(answer.size, checkpoint.size)
            self._hear_of(answer.size)
            proof = tree.consistency_proof(answer.size, checkpoint.size)
            answer = await self._client.add_checkpoint(answer.size, proof, note)
        return self._understood(answer, note, checkpoint)

    def leave_alone_no_longer(self) -> None:
        """Ask it at the next time, however long it was to be left alone."""
        self._pause, self._alarm_pause = FIRST_PAUSE_SECONDS, FIRST_ALARM_SECONDS
        self._not_before = 0.0

    async def close(self) -> None:
        """Ask it no more."""
        if self._client is not None:
            await self._client.close()

    async def _names_its_size(self, client: AskedWitness, known: Note, tree: TileTree) -> bool:
        answer = await client.add_checkpoint(0, (), known)
        if isinstance(answer, AnotherSize):
            self._check_size(answer.size, tree.size)
            self._hear_of(answer.size)
            return True
        return isinstance(answer, Cosigned)

    def _said(self) -> None:
        self.asked, self._pause = True, FIRST_PAUSE_SECONDS
        if not self.memory.rolled_back:
            self.trouble = None

    def _check_size(self, its: int, here: int) -> None:
        if its > here:
            raise Contradiction(
                f"the witness {self.witness.name} has cosigned a tree with {leaves(its)}, and here are {here}"
            )

    def _understood(self, answer: WitnessAnswer, note: Note, checkpoint: Checkpoint) -> SignatureLine | None:
        match answer:
            case Cosigned(line):
                self._said()
                self._alarm_pause = FIRST_ALARM_SECONDS
                (given,) = cosignatures_of(Note(note.text, (line,)), [self.key])
                if not self.counts:
                    return None
                self.memory = WitnessMemory(size=checkpoint.size, at=datetime.fromtimestamp(given.at, UTC))
                return line
            case Fork():
                raise Contradiction(
                    f"the witness {self.witness.name} has cosigned a tree that the one with {leaves(checkpoint.size)}"
                    " does not extend"
                )
            case Alarm(reason):
                self.trouble, self._not_before = _sentence(reason), self._clock() + self._alarm_pause
                self._alarm_pause = min(2 * self._alarm_pause, ALARM_SECONDS)
            case AnotherSize():
                self._leave_alone("It names another size each time that it is asked.")
            case TryLater() as later:
                self._leave_alone(_sentence(later.reason))
        return None

    def _hear_of(self, size: int) -> None:
        """Take in what it says it has last cosigned."""
        if size < self.memory.size:
            self.memory = self.memory.model_copy(update={"rolled_back": True})
            self.trouble = _ROLLED_BACK
        elif size > self.memory.size:
            self.memory = self.memory.model_copy(update={"size": size})

    def _leave_alone(self, trouble: str) -> None:
        if not self.memory.rolled_back:
            self.trouble = trouble
        self._not_before = self._clock() + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)


_ROLLED_BACK = (
    "It has named a smaller tree than it once cosigned: it has lost what it knew, and its word counts no more. Its"
    " owner gives it a new key, which replaces the old one in the policy."
)


def _sentence(rest: str) -> str:
    return f"{rest[:1].upper()}{rest[1:]}{'' if rest.endswith(('.', '?')) else '.'}"
