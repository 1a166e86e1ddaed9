"""The notary of one stream of the log: follows, signs, has witnesses cosign, publishes, and stops at a contradiction.

The order is that of every log of this kind: leaves, tiles on the disk, the proof that the new tree extends the last
one, the memory of what is signed, the signature, the witnesses, and only then what others see. So it can be killed
between any two of them: what was remembered and not published is signed again as it was.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from datetime import datetime
from pathlib import Path

from nats.errors import Error as NatsError

from events.log.anchor import Anchor, LogReplaced
from events.log.failures import LogUnreachable
from events.log.run_until_first_ends import run_until_first_ends
from events.transparency.checkpoints import checkpoint_of
from events.transparency.notes import Note
from events.transparency.policies import Policy
from services.notary.checkpoint_archive import CheckpointArchive
from services.notary.cosigning import MakeClient, Witnesses, witnessed_at
from services.notary.errors import TOLD, Contradiction, GenerationEnded, NotaryUnusable, SigningStopped
from services.notary.generations import ARCHIVE_FILE, Generation, Signed, Stopped
from services.notary.identity import Identity, NotaryFolder
from services.notary.log_leaves import RawLog, leaf_hashes
from services.notary.opening import check_log, open_tree, rebuild_tree
from services.notary.published import CHECKPOINT_FILE, Published
from services.notary.publishing import Audience
from services.notary.requests import KeysAnswer, NotaryStatus
from services.notary.signing import CheckpointSigner
from services.notary.tile_tree import TileTree
from services.notary.trust import quorum_of, read_policy, whole_policy

SIGN_EVERY_SECONDS = 1.0
"""How far apart signatures are while something comes."""
CATCHING_UP_SECONDS = 10.0
"""How far apart they are while the notary is behind the log."""
STILL_THERE_SECONDS = 600.0
"""After so long without anything new, the same tree is signed again: else a quiet log looks like a dead one."""
AGAIN_SECONDS = 5.0
"""How soon witnesses are asked again when not enough have cosigned."""
LOOK_SECONDS = 2.0
"""How often a notary that has stopped looks whether an operator has begun a new generation."""
_RESTART_SECONDS = 1.0
_log = logging.getLogger("cairn.notary")

TreeFolder = Callable[[Identity], Path]


class Notary:
    """The notary of one stream of the log.

    Args:
        log: The stream.
        folder: The notary's files.
        tree_folder: Where the tiles of a generation are.
        make_client: Makes what asks a witness.
        publisher: Tells organisations of what is published.
        now: The time.
        tell: Told in one line when signing has stopped.

    Attributes:
        tree: The tree; None while there is none that can be used.
        published: What is published.
    """

    def __init__(
        self,
        log: RawLog,
        folder: NotaryFolder,
        tree_folder: TreeFolder,
        make_client: MakeClient,
        publisher: Audience,
        now: Callable[[], datetime],
        tell: Callable[[str], None] = lambda _: None,
    ):
        self.log = log
        self._folder = folder
        self._tree_folder = tree_folder
        self._make_client = make_client
        self._publisher = publisher
        self._now = now
        self._tell = tell
        self._take_up(folder.identity())

    def _take_up(self, identity: Identity) -> None:
        """Begin with a generation."""
        self.identity = identity
        self.generation: Generation = self._folder.generation(identity)
        self.tree: TileTree | None = None
        self.published = Published(
            self._tree_folder(identity) / CHECKPOINT_FILE,
            CheckpointArchive(self.generation.folder / ARCHIVE_FILE),
        )
        self._stopped: Stopped | None = self.generation.stopped()
        self._trouble: Stopped | None = None
        self._signed: Signed | None = self.generation.last_signed()
        self._witnesses: Witnesses | None = None
        self._noted = self.generation.witnesses()
        self._policy_text = ""
        self._head = 0
        self._growing = asyncio.Lock()
        """Held while leaves are added, or while what is there is written and signed."""
        self._arrived = asyncio.Event()
        self._caught_up = False
        self._asked_to_sign: list[asyncio.Future[Note]] = []

    async def run(self) -> None:
        """Follow, sign and publish until cancelled, one generation after another."""
        while True:
            try:
                await self._work()
            except (Contradiction, LogReplaced, SigningStopped) as found:
                self._stop(found)
                await self._prove_on()
            except GenerationEnded:
                pass
            except (LogUnreachable, NatsError, OSError, TimeoutError) as trouble:
                _log.warning("the notary of %s has to wait: %s", self.identity.stream, type(trouble).__name__)
            except NotaryUnusable as trouble:
                self._note_trouble(str(trouble))
            self._let_go(SigningStopped(self._why_not() or "it begins again"))
            await asyncio.sleep(_RESTART_SECONDS)
            self._take_up_again()

    @property
    def stopped(self) -> Stopped | None:
        """Why nothing is signed any more, or not now; None while all is well."""
        return self._stopped or self._trouble

    @property
    def status(self) -> NotaryStatus:
        """How it is."""
        signed, stopped, note = self._signed, self.stopped, self.published.note
        policy = self._witnesses.policy if self._witnesses else Policy("none")
        return NotaryStatus(
            origin=self.identity.origin,
            stream=self.identity.stream,
            size=signed.size if signed else None,
            root=signed.root if signed else None,
            signed_at=signed.at if signed else None,
            published_size=self.published.size if note else None,
            witnessed_at=witnessed_at(note, policy) if note else None,
            quorum=quorum_of(policy),
            witnesses=self._witnesses.statuses if self._witnesses else (),
            log_head=self._head,
            stopped=stopped.reason if stopped else None,
            stopped_at=stopped.at if stopped else None,
        )

    def keys(self) -> KeysAnswer:
        """Its keys, its policy, and the notes of earlier generations.

        Raises:
            NotaryUnusable, OSError: a file cannot be used.
        """
        return KeysAnswer(
            origin=self.identity.origin,
            keys=self.generation.periods(),
            policy=self._read_policy(),
            successions=self._folder.successions(self.identity),
        )

    async def sign(self) -> Note:
        """Sign what the log holds now, have it cosigned, publish and keep it.

        Raises:
            SigningStopped: nothing is signed any more, or not now.
            LogUnreachable: the log does not answer.
        """
        if (stopped := self.stopped) is not None:
            raise SigningStopped(stopped.reason)
        wanted: asyncio.Future[Note] = asyncio.get_running_loop().create_future()
        self._head = max(self._head, await self.log.head())
        self._asked_to_sign.append(wanted)
        self._arrived.set()
        return await wanted

    async def _work(self) -> None:
        """Do everything for one generation, until it ends or something goes wrong."""
        if self._stopped is not None:
            self._stop(SigningStopped(self._stopped.reason))
            await self._prove_on()
            return
        async with AsyncExitStack() as closing:
            closing.enter_context(self._folder.running())
            self.tree = tree = await self._opened()
            signer = CheckpointSigner(self._folder, self.identity, tree)
            # Read before the log is compared, so that one which is exchanged in between is not followed.
            after = await self.log.anchor(tree.size) or Anchor(tree.size)
            await check_log(self.log, tree)
            closing.push_async_callback(self._forget_witnesses)
            await self._ask_witnesses_first(tree)
            await self._publisher.begin()
            self._trouble = None
            await run_until_first_ends(
                self._follow(tree, after), self._sign_for_ever(signer, tree), self._until_succeeded()
            )

    async def _opened(self) -> TileTree:
        """The tree as it was signed last, built anew where its tiles are not whole."""
        last, folder = self.generation.last_signed(), self._tree_folder(self.identity)
        if self.published.size > (last.size if last else 0):
            raise Contradiction(
                f"a checkpoint with {self.published.size} leaves was published, and the notary remembers"
                f" {last.size if last else 0}: its folder was put back to an earlier state"
            )
        try:
            return open_tree(folder, last)
        except NotaryUnusable:
            if last is None:
                raise
            return await rebuild_tree(self.log, folder, last, self._now())

    async def _prove_on(self) -> None:
        """Sign nothing, and have the tree for proofs of what was signed, until an operator begins a new generation."""
        try:
            if self.tree is None:
                self.tree = open_tree(self._tree_folder(self.identity), self.generation.last_signed())
            await self._heed_policy()
        except (Contradiction, NotaryUnusable) as trouble:
            _log.warning("no proofs can be made: %s", trouble)
        await self._until_succeeded()

    async def _ask_witnesses_first(self, tree: TileTree) -> None:
        """Ask what witnesses have cosigned, until nothing could be published without the word of those that said so."""
        while True:
            witnesses = await self._heed_policy()
            await witnesses.ask_what_they_have(self.identity.origin, tree, self.published.note)
            await self._note_witnesses(witnesses)
            if witnesses.enough_were_asked:
                return
            self._note_trouble("Not enough witnesses have said yet what they last cosigned, so nothing is signed.")
            await asyncio.sleep(_RESTART_SECONDS)

    async def _follow(self, tree: TileTree, after: Anchor) -> None:
        async for batch in self.log.follow_raw(after):
            async with self._growing:
                tree.extend(leaf_hashes(batch.messages, tree.size))
            self._head = max(batch.head, tree.size)
            self._publisher.hear(each.subject for each in batch.messages)
            self._caught_up = self._caught_up or not batch.messages
            self._arrived.set()

    async def _sign_for_ever(self, signer: CheckpointSigner, tree: TileTree) -> None:
        clock = asyncio.get_running_loop().time
        signed_at, signed_size, enough = clock() - SIGN_EVERY_SECONDS, -1, False
        while True:
            due = signed_at + self._pause(grown=tree.size > signed_size, enough=enough)
            self._arrived.clear()
            wanted = self._wanted(tree)
            if clock() < due and not wanted:
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(due):
                        await self._arrived.wait()
                continue
            signed_at = clock()
            witnesses = await self._heed_policy()
            async with self._growing:
                note = await asyncio.to_thread(self._write_and_sign, signer, tree)
                signed_size, self._signed = tree.size, signer.last
            enough = await self._have_published(witnesses, note, tree, keep=bool(wanted))
            if enough and self.published.note is not None:
                for each in wanted:
                    self._asked_to_sign.remove(each)
                    if not each.done():
                        each.set_result(self.published.note)

    def _wanted(self, tree: TileTree) -> list["asyncio.Future[Note]"]:
        """Who waits for a signature that can be given now: of all that the log held when it was asked for."""
        self._asked_to_sign = [each for each in self._asked_to_sign if not each.done()]
        return list(self._asked_to_sign) if self._caught_up and tree.size >= self._head else []

    def _pause(self, *, grown: bool, enough: bool) -> float:
        """How long after the last signature the next one is due."""
        if not self._caught_up:
            return CATCHING_UP_SECONDS
        if grown:
            return SIGN_EVERY_SECONDS
        return STILL_THERE_SECONDS if enough else AGAIN_SECONDS

    def _write_and_sign(self, signer: CheckpointSigner, tree: TileTree) -> Note:
        tree.write()
        return signer.sign(self._now())

    async def _have_published(self, witnesses: Witnesses, note: Note, tree: TileTree, *, keep: bool) -> bool:
        """Have a checkpoint cosigned, and publish it if that is enough; whether it is."""
        try:
            cosigned = await witnesses.cosigned(note, checkpoint_of(note), tree)
        finally:
            await self._note_witnesses(witnesses)
        if cosigned is None:
            return False
        at = int(self._now().timestamp())
        await asyncio.to_thread(self.published.publish, cosigned, at, keep=keep)
        await self._publisher.publish(cosigned)
        return True

    async def _note_witnesses(self, witnesses: Witnesses) -> None:
        if (memories := witnesses.memories) != self._noted:
            await asyncio.to_thread(self.generation.note_witnesses, memories)
            self._noted = memories

    async def _heed_policy(self) -> Witnesses:
        """The witnesses as the operator has written them, also where that has changed a moment ago."""
        try:
            text = self._read_policy()
            if self._witnesses is not None and text == self._policy_text:
                return self._witnesses
            policy = read_policy(text)
        except NotaryUnusable as trouble:
            if self._witnesses is None:
                raise
            _log.error("%s It is heeded as it was before.", trouble)
            return self._witnesses
        memories = self._witnesses.memories if self._witnesses else self._noted
        await self._forget_witnesses()
        self._policy_text = text
        self._witnesses = Witnesses(policy, self._make_client, memories, asyncio.get_running_loop().time)
        return self._witnesses

    def _read_policy(self) -> str:
        keys = [each.verifier for each in (*self.generation.keys(), self.generation.statements_key())]
        return whole_policy(self._folder.policy(), keys)

    async def _forget_witnesses(self) -> None:
        if self._witnesses is not None:
            await self._witnesses.close()

    def _stop(self, found: Exception) -> None:
        """Sign nothing any more, and say so loudly."""
        if self._stopped is None:
            self._stopped = self.generation.stopped()
        if self._stopped is None:
            self._stopped = Stopped(reason=str(found).rstrip("."), at=self._now())
            try:
                self.generation.note_stopped(self._stopped)
            except OSError as trouble:  # it stays so until the next start, which finds the same
                _log.error("it cannot be remembered that signing has stopped: %s", trouble.strerror)
        line = f"{self.identity.stream} is signed no more: {self._stopped.reason}. docs/proof.md says what to do."
        _log.error("the notary has stopped signing: %s", line)
        self._tell(f"{TOLD}{line}")
        self._let_go(SigningStopped(self._stopped.reason))

    def _note_trouble(self, why: str) -> None:
        if self._trouble is None or self._trouble.reason != why:
            _log.error("the notary of %s does not sign: %s", self.identity.stream, why)
            self._trouble = Stopped(reason=why.rstrip("."), at=self._now())

    def _why_not(self) -> str | None:
        return self.stopped.reason if self.stopped else None

    def _let_go(self, why: SigningStopped) -> None:
        """Answer those who wait for a signature that there will be none."""
        for each in self._asked_to_sign:
            if not each.done():
                each.set_exception(why)
        self._asked_to_sign = []

    async def _until_succeeded(self) -> None:
        """Wait until an operator has begun a new generation."""
        while self._folder.identity() == self.identity:  # noqa: ASYNC110 - another process changes the file
            await asyncio.sleep(LOOK_SECONDS)

    def _take_up_again(self) -> None:
        trouble = self._trouble
        self._take_up(self._folder.identity())
        self._trouble = trouble
