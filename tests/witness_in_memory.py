"""A witness that keeps what it knows in memory, and answers as tlog-witness says."""

import hashlib
from collections.abc import Callable, Sequence

from events.transparency.checkpoints import Checkpoint, checkpoint_of, cosigned
from events.transparency.keys import COSIGNATURE, SignerKey
from events.transparency.merkle import EMPTY_ROOT, proves_consistency
from events.transparency.notes import Note
from events.transparency.policies import Witness
from services.notary.errors import WitnessSilent
from services.notary.witness_answers import AnotherSize, Cosigned, Fork, TryLater, WitnessAnswer


class WitnessInMemory:
    """A witness.

    Attributes:
        last: What it has last cosigned.
        at: Its clock, in seconds since 1970.
        silent: Whether it answers nobody.
        instead: What it answers instead of what it should.
        asked: The old size of each request.
    """

    def __init__(self, name: str = "northside"):
        self.name = name
        self.key = SignerKey(f"{name}.example/witness", COSIGNATURE, hashlib.sha256(name.encode()).digest())
        self.last: Checkpoint | None = None
        self.at = 1_800_000_000
        self.silent = False
        self.instead: WitnessAnswer | None = None
        self.asked: list[int] = []

    @property
    def line(self) -> str:
        """Its line in a policy."""
        return f"witness {self.name} {self.key.verifier} https://{self.name}.example"

    async def add_checkpoint(self, old_size: int, proof: Sequence[bytes], note: Note) -> WitnessAnswer:
        self.asked.append(old_size)
        if self.silent:
            return TryLater()
        if self.instead is not None:
            return self.instead
        given = checkpoint_of(note)
        last = self.last or Checkpoint(given.origin, 0, EMPTY_ROOT)
        if old_size != last.size:
            return AnotherSize(last.size)
        if not proves_consistency(last.size, given.size, proof, last.root, given.root):
            return Fork()
        self.last = given
        return Cosigned(cosigned(note, self.key, self.at))

    async def last_cosigned(self, origin: str) -> Checkpoint | None:
        if self.silent:
            raise WitnessSilent("It does not answer.")
        return self.last

    async def close(self) -> None:
        pass


def made_of(*witnesses: WitnessInMemory) -> Callable[[Witness], WitnessInMemory]:
    """Makes what asks these witnesses, by their names in the policy."""
    by_name = {each.name: each for each in witnesses}

    def make(witness: Witness) -> WitnessInMemory:
        return by_name[witness.name]

    return make
