"""The notary of one stream of the log: follows, signs, has witnesses cosign, publishes, and stops at a contradiction.

The order is that of every log of this kind: leaves, tiles on the disk, the proof that the new tree extends the last
one, the memory of what is signed, the signature, the witnesses, and only then what others see. So it can be killed
between any two of them: what was remembered and not published is signed again as it was.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path

from nats.errors import Error as NatsError

from events.log.anchor import Anchor, LogReplaced
from events.log.failures import LogUnreachable
from events.log.run_until_first_ends import run_until_first_ends
from events.transparency.checkpoints import Checkpoint
from events.transparency.notes import Note
from services.notary.acts import note_stop
from services.notary.audit_schedule import AuditSchedule, SignedTree
from services.notary.auditing import tiles_of
from services.notary.checkpoint_archive import CheckpointArchive
from services.notary.cosigning import MakeClient, witnessed_at
from services.notary.ended import EndedGeneration, ended_generation
from services.notary.errors import (
    TOLD,
    Contradiction,
    GenerationEnded,
    NotaryUnusable,
    SigningStopped,
    SigningWaits,
)
from services.notary.generations import ARCHIVE_FILE, Generation, Signed, Stopped
from services.notary.heeded_policy import HeededPolicy
from services.notary.identity import Identity, NotaryFolder
from services.notary.log_leaves import RawLog, leaf_hashes
from services.notary.opening import check_log, open_largest_tree, open_tree, rebuild_tree
from services.notary.places import CHECKPOINT_FILE
from services.notary.published import Published
from services.notary.publishing import Audience
from services.notary.requests import KeysAnswer, NotaryStatus
from services.notary.signing import CheckpointSigner
from services.notary.signing_rounds import SigningRounds
from services.notary.tile_tree import TileTree
from services.notary.trust import quorum_of
from services.notary.wording import leaves

LOOK_SECONDS = 2.0
"""How soon a new generation, another key or another policy is noticed."""
_RESTART_SECONDS = 1.0
_PUTTING_BACK_SECONDS = 2.0
"""How long a log that is away, or seems to be another one, may take to be put back."""
_FOLLOW_SECONDS = 0.2
"""How far apart it looks for what is new. Were it woken by each event, that would take the time of those who record."""
_log = logging.getLogger("cairn.notary")

TreeFolder = Callable[[Identity], Path]


class Notary:
    """The notary of one stream of the log.

    Args:
        log: The stream.
        folder: The notary's files.
        tree_folder: Where the tiles of a generation are.
        make_client: Makes what asks a witness.
        audience: To whom what is published is sent.
        now: The time.
        tell: Told in one line when signing has stopped.
        audit_every: How long after one comparison of the log with what is signed the next one begins; None for never.

    Attributes:
        identity: For which log it signs now.
        generation: Its keys and its memory.
        tree: The tree; None while there is none that can be used. Smaller than what is published where tiles were lost.
        published: What is published.

    Raises:
        NotaryUnusable: there is none in the folder, or its files cannot be used.
    """

    identity: Identity
    generation: Generation
    tree: TileTree | None
    published: Published

    def __init__(
        self,
        log: RawLog,
        folder: NotaryFolder,
        tree_folder: TreeFolder,
        make_client: MakeClient,
        audience: Audience,
        now: Callable[[], datetime],
        tell: Callable[[str], None] = lambda _: None,
        audit_every: timedelta | None = None,
    ):
        self.log = log
        self._folder = folder
        self._tree_folder = tree_folder
        self._make_client = make_client
        self._audience = audience
        self._now = now
        self._tell = tell
        self._audit_every = audit_every
        self._head = 0
        self._ended: dict[int, EndedGeneration] = {}
        self._begun = asyncio.Event()
        """Set while it signs, and not before the first checks are done."""
        self._trouble: Stopped | None = None
        """Why nothing is signed now, though it is not stopped for good."""
        self._trouble_at_work = False
        """Whether that came up while it signed: then the next signature ends it, and not that it begins again."""
        self._take_up(folder.identity())

    async def run(self) -> None:
        """Follow, sign and publish until cancelled, one generation after another.

        Raises:
            NotaryUnusable: the identity itself cannot be read any more.
        """
        while True:
            try:
                if self._stopped is None:
                    await self._work()
                else:
                    await self._prove_on(self._stopped)
            except LogReplaced as found:
                # Whether it is another one is found when it is compared anew: while a log is put back, it is away.
                _log.warning("the notary of %s compares the log anew: %s", self.identity.stream, found)
                await asyncio.sleep(_PUTTING_BACK_SECONDS)
            except (Contradiction, SigningStopped) as found:
                self._stop(found)
            except GenerationEnded:
                _log.info("a new generation of the log has begun")
            except (LogUnreachable, NatsError, ConnectionError, TimeoutError) as trouble:
                _log.warning("the notary of %s has to wait: %s", self.identity.stream, type(trouble).__name__)
            except OSError as trouble:
                why = trouble.strerror or type(trouble).__name__
                folders = f"{self._folder.folder} or {self._tree_folder(self.identity)}"
                self._note_trouble(f"Something in {folders} cannot be read or written: {why}.")
            except NotaryUnusable as trouble:
                self._note_trouble(str(trouble))
            self._take_up(self._folder.identity())
            if self._stopped is None:
                await asyncio.sleep(_RESTART_SECONDS)

    @property
    def provable(self) -> Note | None:
        """The newest published checkpoint that the tree leads to; None where there is none, or no tree."""
        if self.tree is None or self.tree.size >= self.published.size:
            return self.published.note
        return self.published.at(self.tree.size)

    def check_not_stopped(self) -> None:
        """Check that signing goes on, now or once something is there that is waited for.

        Raises:
            SigningStopped: nothing is signed any more.
        """
        if self._stopped is not None:
            raise SigningStopped(self._stopped.reason)

    @property
    def status(self) -> NotaryStatus:
        """How it is."""
        signed, stopped, note = self._signed, self._stopped, self.published.note
        audited = self._audits.last
        return NotaryStatus(
            origin=self.identity.origin,
            stream=self.identity.stream,
            size=signed.size if signed else None,
            root=signed.root if signed else None,
            signed_at=signed.at if signed else None,
            published_size=self.published.size if note else None,
            witnessed_at=witnessed_at(note, self._policy.policy) if note else None,
            quorum=quorum_of(self._policy.policy),
            witnesses=self._policy.statuses,
            log_head=self._head,
            stopped=stopped.reason if stopped else None,
            stopped_at=stopped.at if stopped else None,
            waiting=self._trouble.reason if self._trouble and not stopped else None,
            unpublished_since=self._rounds.unpublished_since if self._rounds and not stopped else None,
            policy_trouble=self._policy.trouble,
            audited_at=audited.at if audited else None,
            audit_wrong=audited.wrong if audited else None,
        )

    def ended(self, number: int) -> EndedGeneration | None:
        """What is left of an earlier generation; None where there is no such one.

        Raises:
            NotaryUnusable, OSError: it cannot be read.
        """
        if number not in self._ended and 0 < number < self.identity.generation:
            self._ended[number] = ended_generation(self._folder, self.identity, number, self._tree_folder)
        return self._ended.get(number)

    def keys(self) -> KeysAnswer:
        """Its keys, its policy, and the notes of earlier generations.

        Raises:
            NotaryUnusable, OSError: a file cannot be used.
        """
        return KeysAnswer(
            origin=self.identity.origin,
            keys=self.generation.periods(),
            policy=self._policy.read(),
            successions=self._folder.successions(self.identity),
            former=tuple(key for each in self._folder.former_generations(self.identity) for key in each.periods()),
        )

    async def sign(self) -> Note:
        """Sign what the log holds now, have it cosigned, publish and keep it.

        Raises:
            SigningStopped: nothing is signed any more.
            SigningWaits: nothing is signed for now.
            LogUnreachable: the log does not answer.
        """
        self.check_not_stopped()
        if self._trouble is not None:
            raise SigningWaits(self._trouble.reason)
        head = await self.log.head()
        while self._rounds is None:
            await self._begun.wait()
        return await self._rounds.sign(head)

    async def ask_witnesses(self) -> None:
        """Ask each witness now, also one that is left alone for a while, and return when they were asked.

        Raises:
            SigningStopped: nothing is signed any more.
        """
        self.check_not_stopped()
        self._policy.leave_nobody_alone()
        if self._rounds is not None:  # before the first of them, witnesses are asked every second
            await self._rounds.again()

    def _take_up(self, identity: Identity) -> None:
        """Begin with a generation, or begin again with the same one."""
        self.identity = identity
        self.generation = self._folder.generation(identity)
        self.tree = None
        archive = CheckpointArchive(self.generation.folder / ARCHIVE_FILE)
        self.published = Published(self._tree_folder(identity) / CHECKPOINT_FILE, archive)
        self._policy = HeededPolicy(self._folder, self.generation, self._make_client)
        self._stopped = self.generation.stopped()
        self._last = self.generation.last_signed()
        self._signer: CheckpointSigner | None = None
        self._rounds: SigningRounds | None = None
        self._audits = AuditSchedule(self.log, self.generation.folder, self._signed_tree, self._audit_every, self._now)
        self._begun.clear()

    @property
    def _signed(self) -> Signed | None:
        return self._signer.last if self._signer is not None else self._last

    async def _work(self) -> None:
        """Do everything for one generation, until another one begins or something goes wrong."""
        async with AsyncExitStack() as closing:
            closing.enter_context(self._folder.running())
            closing.push_async_callback(self._policy.close)
            self.tree = tree = await self._opened()
            # Read before the log is compared, so that one which is exchanged in between is not followed.
            after = await self.log.anchor(tree.size) or Anchor(tree.size)
            self._head = await check_log(self.log, tree)
            self._signer = CheckpointSigner(self._folder, self.identity, tree)
            await self._ask_witnesses_first(tree)
            await self._audience.begin()
            self._rounds = SigningRounds(
                tree, self._signer, self._policy, self.published, self._audience, self._now, self._end_trouble
            )
            closing.callback(self._rounds.end, SigningWaits("The notary begins again"))
            if not self._trouble_at_work:
                self._end_trouble()
            self._begun.set()
            await run_until_first_ends(
                self._follow(tree, after, self._rounds),
                self._rounds.run(),
                self._heed_changes(self._rounds, self._policy.written()),
                self._until_succeeded(),
                self._audits.run(),
            )

    def _signed_tree(self) -> SignedTree | None:
        """What was signed last, for an audit."""
        if self.tree is None or self._signed is None:
            return None
        signed = Checkpoint(self.identity.origin, self._signed.size, self._signed.root)
        return SignedTree(signed, tiles_of(self.tree))

    async def _opened(self) -> TileTree:
        """The tree as it was signed last, built anew where its tiles are not whole."""
        last, folder = self._last, self._tree_folder(self.identity)
        if self.published.size > (last.size if last else 0):
            raise Contradiction(
                f"a checkpoint with {leaves(self.published.size)} was published, and the notary remembers"
                f" {last.size if last else 0}: its folder was put back to an earlier state"
            )
        try:
            return open_tree(folder, last)
        except NotaryUnusable:
            if last is None:
                raise
            return await rebuild_tree(self.log, folder, last, self._now())

    async def _ask_witnesses_first(self, tree: TileTree) -> None:
        """Ask what witnesses have cosigned, until nothing could be published without the word of those that said so."""
        while True:
            witnesses = await self._policy.witnesses()
            await witnesses.ask_what_they_have(self.identity.origin, tree, self.published.note)
            await self._policy.note(witnesses)
            if witnesses.enough_were_asked:
                return
            self._note_trouble("Not enough witnesses have said yet what they last cosigned, so nothing is signed.")
            await asyncio.sleep(_RESTART_SECONDS)

    async def _follow(self, tree: TileTree, after: Anchor, rounds: SigningRounds) -> None:
        async for batch in self.log.follow_raw(after, every=_FOLLOW_SECONDS):
            await rounds.add(leaf_hashes(batch.messages, tree.size))
            self._head = max(batch.head, tree.size)
            self._audience.hear(each.subject for each in batch.messages)
            if not batch.messages:
                rounds.catch_up()

    async def _prove_on(self, stopped: Stopped) -> None:
        """Sign nothing, and have the tree for proofs of what was signed, until an operator has decided what comes."""
        line = f"{self.identity.stream} is signed no more: {stopped.reason}. docs/proof.md says what to do."
        _log.error("the notary has stopped signing: %s", line)
        self._tell(f"{TOLD}{line}")
        try:
            self.tree = open_largest_tree(self._tree_folder(self.identity), self._last, self.published)
        except (NotaryUnusable, OSError) as trouble:
            _log.warning("no proofs can be made: %s", trouble)
        await run_until_first_ends(self._until_succeeded(), self._until_resumed(), self._look_on())

    async def _look_on(self) -> None:
        """Go on knowing where the log ends and whom the policy names, while nothing is signed."""
        while True:
            with suppress(NotaryUnusable):
                await self._policy.witnesses()
            with suppress(LogUnreachable, NatsError, OSError, TimeoutError):
                self._head = await self.log.head()
            await asyncio.sleep(LOOK_SECONDS)

    async def _until_succeeded(self) -> None:
        """Wait until an operator has begun a new generation."""
        while self._folder.identity() == self.identity:  # noqa: ASYNC110 - another process changes the file
            await asyncio.sleep(LOOK_SECONDS)

    async def _until_resumed(self) -> None:
        """Wait until an operator lets it sign on."""
        while self.generation.stopped() is not None:  # noqa: ASYNC110 - as above
            await asyncio.sleep(LOOK_SECONDS)

    async def _heed_changes(self, rounds: SigningRounds, heeded: str) -> None:
        """Sign again as soon as a key or the policy has changed: in a quiet log that could take ten minutes."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if (written := self._policy.written()) != heeded:
                heeded = written
                await rounds.again()

    def _stop(self, found: Exception) -> None:
        """Remember that nothing is signed any more, also after a restart."""
        try:
            if self.generation.stopped() is None:
                stopped = Stopped(reason=str(found).rstrip("."), at=self._now())
                self.generation.note_stopped(stopped)
                note_stop(self._folder, self.identity.origin, stopped, self._signed)
        except (NotaryUnusable, OSError) as trouble:  # the next start finds what this one has found
            self._note_trouble(f"{found}; that cannot be remembered ({type(trouble).__name__})")

    def _note_trouble(self, why: str) -> None:
        if self._trouble is None or self._trouble.reason != why.rstrip("."):
            _log.error("the notary of %s does not sign: %s", self.identity.stream, why)
            self._trouble = Stopped(reason=why.rstrip("."), at=self._now())
            self._trouble_at_work = self._begun.is_set()

    def _end_trouble(self) -> None:
        """Take note that it signs."""
        if self._trouble is not None:
            _log.info("the notary of %s signs again", self.identity.stream)
        self._trouble, self._trouble_at_work = None, False
