"""Having witnesses cosign: all are asked at the same time, and enough of them have to before anything is published."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from events.transparency.checkpoints import Checkpoint, cosignatures_of
from events.transparency.keys import VerifierKey
from events.transparency.notes import Note, SignatureLine
from events.transparency.policies import Policy, Witness
from services.notary.generations import WitnessMemories, WitnessMemory
from services.notary.requests import WitnessStatus
from services.notary.tile_tree import TileTree
from services.notary.witness_dealings import AskedWitness, WitnessDealings

GRACE_SECONDS = 1.0
"""How long the other witnesses are waited for once enough have cosigned."""

MakeClient = Callable[[Witness], AskedWitness | None]
"""Makes what asks a witness; None where it cannot be asked."""


class Witnesses:
    """The witnesses of a policy.

    Args:
        policy: Who they are, and how many are enough.
        make: Makes what asks each of them.
        memories: What is known of them from before.
        clock: Seconds that only go forward.
    """

    def __init__(self, policy: Policy, make: MakeClient, memories: WitnessMemories, clock: Callable[[], float]):
        self.policy = policy
        self._others = memories.witnesses
        """What is known also of those that the policy names no more."""
        self._dealings = [
            WitnessDealings(each, make(each), memories.witnesses.get(each.key.public.hex(), WitnessMemory()), clock)
            for each in policy.witnesses.values()
        ]

    @property
    def memories(self) -> WitnessMemories:
        """What is known of them."""
        return WitnessMemories(
            witnesses={**self._others, **{each.key.public.hex(): each.memory for each in self._dealings}}
        )

    @property
    def statuses(self) -> tuple[WitnessStatus, ...]:
        """How it goes with each."""
        return tuple(each.status for each in self._dealings)

    @property
    def enough_were_asked(self) -> bool:
        """Whether so many have said what they last cosigned that nothing could be published without their word."""
        return self.policy.is_met({each.key.public for each in self._dealings if each.asked and each.counts})

    async def ask_what_they_have(self, origin: str, tree: TileTree, known: Note | None) -> None:
        """Ask those that have not said so yet what they last cosigned.

        Args:
            known: A checkpoint that is published already, for those that say it only to who brings one.

        Raises:
            Contradiction: one has cosigned a larger tree than this one, or another.
        """
        asking = (each.ask_what_it_has(origin, tree, known) for each in self._dealings if not each.asked)
        for found in await asyncio.gather(*asking, return_exceptions=True):
            if found is not None:
                raise found

    async def cosigned(self, note: Note, checkpoint: Checkpoint, tree: TileTree) -> Note | None:
        """The note with the cosignatures of those that give theirs in time; None where these are not enough.

        Raises:
            Contradiction: one has cosigned a larger tree than this one, or one that this one does not extend.
        """
        tasks = {asyncio.create_task(each.ask_to_cosign(note, checkpoint, tree)): each.key for each in self._dealings}
        lines: list[SignatureLine] = []
        cosigners: set[bytes] = set()
        waiting = set(tasks)
        until: float | None = None
        loop = asyncio.get_running_loop()
        try:
            while waiting:
                if until is None and self.policy.is_met(cosigners):
                    until = loop.time() + GRACE_SECONDS
                left = None if until is None else max(0.0, until - loop.time())
                done, waiting = await asyncio.wait(waiting, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                if not done:
                    break
                for task in done:
                    if (line := task.result()) is not None:
                        lines.append(line)
                        cosigners.add(tasks[task].public)
        finally:
            await _ended(tasks)
        return note.with_lines(lines) if self.policy.is_met(cosigners) else None

    def leave_alone_no_longer(self) -> None:
        """Ask each of them at the next time, however long it was to be left alone."""
        for each in self._dealings:
            each.leave_alone_no_longer()

    async def close(self) -> None:
        """Ask them no more."""
        for each in self._dealings:
            await each.close()


def witnessed_at(note: Note, policy: Policy) -> datetime | None:
    """The earliest time at which enough witnesses had cosigned a checkpoint; None where the policy asks for none."""
    keys: Iterable[VerifierKey] = [each.key for each in policy.witnesses.values()]
    given = sorted(cosignatures_of(note, keys), key=lambda each: each.at)
    for count in range(1, len(given) + 1):
        if policy.is_met({each.witness.public for each in given[:count]}):
            return datetime.fromtimestamp(given[count - 1].at, UTC)
    return None


async def _ended(tasks: Iterable["asyncio.Task[SignatureLine | None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
