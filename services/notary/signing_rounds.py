"""When the notary signs, and what it does each time: tiles, signature, witnesses, and what is published."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from events.transparency.checkpoints import checkpoint_of
from events.transparency.notes import Note
from services.notary.errors import SigningWaits
from services.notary.heeded_policy import HeededPolicy
from services.notary.published import Published
from services.notary.publishing import Audience
from services.notary.signing import CheckpointSigner
from services.notary.tile_tree import TileTree

SIGN_EVERY_SECONDS = 0.75
"""How far apart signatures are while something comes. With the time until it is seen, it is signed within a second."""
CATCHING_UP_SECONDS = 10.0
"""How far apart they are while the notary is behind the log."""
STILL_THERE_SECONDS = 600.0
"""After so long without anything new, the same tree is signed again: else a quiet log looks like a dead one."""
AGAIN_SECONDS = 5.0
"""How soon witnesses are asked again when not enough have cosigned."""

Given = TypeVar("Given")


class SigningRounds:
    """Signs a tree that grows, again and again.

    Args:
        tree: The tree.
        signer: Signs it.
        policy: Whom to ask for cosignatures, and how many are enough.
        published: Where it is published.
        audience: To whom it is sent.
        now: The time.
        done: Called each time when the tree was written and signed, and published where enough have cosigned.

    Attributes:
        unpublished_since: Since when what is signed lacks cosignatures, so that it is not published; None while there
            are enough.
    """

    def __init__(
        self,
        tree: TileTree,
        signer: CheckpointSigner,
        policy: HeededPolicy,
        published: Published,
        audience: Audience,
        now: Callable[[], datetime],
        done: Callable[[], None],
    ):
        self._tree = tree
        self._signer = signer
        self._policy = policy
        self._published = published
        self._audience = audience
        self._now = now
        self._done = done
        self._growing = asyncio.Lock()
        """Held while leaves are added, and while what is there is written and signed."""
        self._arrived = asyncio.Event()
        self._caught_up = False
        self._wanted: list[tuple[int, asyncio.Future[Note]]] = []
        """Who waits for a signature, and of how many leaves at least."""
        self._again: list[asyncio.Future[None]] = []
        """Who waits until the same tree has been signed again."""
        self.unpublished_since: datetime | None = None

    async def add(self, hashes: Iterable[bytes]) -> None:
        """Add leaves to the tree."""
        async with self._growing:
            self._tree.extend(hashes)
        self._arrived.set()

    def catch_up(self) -> None:
        """Take note that the tree has come to the end of the log."""
        self._caught_up = True
        self._arrived.set()

    async def sign(self, size: int) -> Note:
        """What is published once the tree has a size, has been signed, and enough witnesses have cosigned; it is kept.

        Raises:
            SigningWaits: it begins again before that.
        """
        wanted: asyncio.Future[Note] = asyncio.get_running_loop().create_future()
        self._wanted.append((size, wanted))
        self._arrived.set()
        return await wanted

    async def again(self) -> None:
        """Sign now, also where nothing is new, and return when the witnesses were asked, whatever they say.

        Raises:
            SigningWaits: it begins again before that.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._again.append(done)
        self._arrived.set()
        await done

    def end(self, why: SigningWaits) -> None:
        """Tell those who wait for a signature that there is none now."""
        for _, wanted in self._wanted:
            if not wanted.done():
                wanted.set_exception(why)
        self._wanted = []
        for done in self._again:
            if not done.done():
                done.set_exception(why)
        self._again = []

    async def run(self) -> None:
        """Sign for ever.

        Raises:
            SigningStopped, Contradiction: what would be signed does not extend what was signed, here or by a witness.
            GenerationEnded: another generation has begun.
            NotaryUnusable, OSError: a key or a file cannot be used.
        """
        clock = asyncio.get_running_loop().time
        signed_at, signed_size, enough = clock() - SIGN_EVERY_SECONDS, -1, True
        while True:
            self._arrived.clear()
            due = signed_at + self._pause(grown=self._tree.size > signed_size, enough=enough)
            waiting = self._waiting()
            again = list(self._again)
            if clock() < due and not (waiting and enough) and not again:
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(due):
                        await self._arrived.wait()
                continue
            signed_at = clock()
            async with self._growing:
                note = await asyncio.to_thread(self._write_and_sign)
                signed_size = self._tree.size
            published = await self._publish(note, keep=bool(waiting))
            self._done()
            enough = published is not None
            self.unpublished_since = None if enough else self.unpublished_since or self._now()
            self._again = [each for each in self._again if each not in again]
            _hand_out(None, again)
            if published is not None:
                _hand_out(published, waiting)

    def _waiting(self) -> list["asyncio.Future[Note]"]:
        """Who waits for a signature that can be given now."""
        self._wanted = [each for each in self._wanted if not each[1].done()]
        return [wanted for size, wanted in self._wanted if self._caught_up and self._tree.size >= size]

    def _pause(self, *, grown: bool, enough: bool) -> float:
        """How long after the last signature the next one is due."""
        if not self._caught_up:
            return CATCHING_UP_SECONDS
        if grown:
            return SIGN_EVERY_SECONDS
        return STILL_THERE_SECONDS if enough else AGAIN_SECONDS

    def _write_and_sign(self) -> Note:
        self._tree.write()
        return self._signer.sign(self._now())

    async def _publish(self, note: Note, *, keep: bool) -> Note | None:
        """Have a checkpoint cosigned, and publish it; None where not enough witnesses have cosigned."""
        witnesses = await self._policy.witnesses()
        try:
            cosigned = await witnesses.cosigned(note, checkpoint_of(note), self._tree)
        finally:
            await self._policy.note(witnesses)
        if cosigned is None:
            return None
        at = int(self._now().timestamp())
        await asyncio.to_thread(self._published.publish, cosigned, at, keep=keep)
        await self._audience.publish(cosigned)
        return cosigned


def _hand_out(given: Given, waiting: "Iterable[asyncio.Future[Given]]") -> None:
    for each in waiting:
        if not each.done():
            each.set_result(given)
