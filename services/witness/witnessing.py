"""Cosigning checkpoints (C2SP tlog-witness at commit 5ba5ee8): what is checked, in which order, and what is answered.

A cosignature says: at this time, this is the largest tree of this log that I have seen, and it extends all that I saw
before. So the old size is compared with what is stored, the new tree is stored, and the line goes out, in this order
and within one transaction; and no time is signed that is before the last one.

Records that were put back from a copy, with keys and all, look right by themselves. But the witness's own signature on
what it does not remember is nobody else's: each checkpoint that it is shown is looked at for one, and from then on it
signs nothing.
"""

import logging
from collections.abc import Callable, Sequence
from hashlib import sha256
from http import HTTPStatus

from events.transparency.checkpoints import Checkpoint, checkpoint_of, cosignatures_of, cosigned
from events.transparency.keys import NOTE, SignerKey, VerifierKey
from events.transparency.merkle import EMPTY_ROOT, proves_consistency
from events.transparency.notes import Note, SignatureLine, parse_note, signers_of
from events.transparency.refusals import NotProven
from services.notary.witness_requests import AddCheckpoint, parse_add_checkpoint
from services.notary.wording import leaves
from services.witness.errors import NotCosigned, WitnessRecordsUnusable
from services.witness.records import Evidence, LogState, Records, SignedTree

_CLOCK_RETRY_SECONDS = 5
"""A clock that is so little behind the last cosignature is soon right again; further behind, people have to look."""
_log = logging.getLogger("cairn.witness")


class Witness:
    """Cosigns checkpoints of the logs that it is told to trust. A thread at a time uses it.

    Args:
        key: The key for cosignatures.
        clock: The time, in whole seconds since 1970.
    """

    def __init__(self, records: Records, key: SignerKey, clock: Callable[[], int]):
        self._records = records
        self._key = key
        self._clock = clock

    def add_checkpoint(self, body: bytes) -> SignatureLine:
        """The cosignature of a checkpoint.

        Raises:
            NotCosigned: there is none; it says why.
            sqlite3.Error: the records cannot be read or written, so nothing is signed.
        """
        try:
            request = parse_add_checkpoint(body)
            checkpoint, extended = _leniently(request.note)
        except NotProven as refused:
            raise NotCosigned(HTTPStatus.BAD_REQUEST, f"The request cannot be read: {refused}.") from None
        with self._records.changing():
            self._note_if_put_back(request.note, checkpoint)
            decided = self._decided(request, checkpoint, extended, body)
        if isinstance(decided, NotCosigned):
            raise decided
        return decided

    def announced(self, given: bytes) -> Checkpoint | None:
        """Take a checkpoint that was announced to the organisation, and hold it against what is known.

        Returns:
            It, where a log that is trusted has signed it and nothing contradicts it; None otherwise.
        """
        try:
            note = parse_note(given)
            checkpoint = checkpoint_of(note)
        except NotProven as refused:
            _log.warning("What was announced as a checkpoint is none: %s", refused)
            return None
        with self._records.changing():
            self._note_if_put_back(note, checkpoint)
            try:
                signers = signers_of(note, self._records.trusted(checkpoint.origin))
            except NotProven:
                signers = []
            if not signers:
                _log.warning("A checkpoint of %s was announced without a signature that is trusted.", checkpoint.origin)
                return None
            tree = SignedTree(checkpoint, _line_of(note, signers))
            if self._is_second_history(tree, given):
                return None
            self._records.signed_tree(tree, announced=True)
            return checkpoint

    def reminded(self, given: bytes) -> None:
        """Look at a checkpoint that is published for a signature of one's own that is not remembered."""
        try:
            note = parse_note(given)
            checkpoint = checkpoint_of(note)
        except NotProven as refused:
            _log.warning("What is published as a checkpoint is none: %s", refused)
            return
        with self._records.changing():
            self._note_if_put_back(note, checkpoint)

    def known_origins(self) -> list[str]:
        """The logs of which a tree is known."""
        return self._records.known_origins()

    def last_cosigned(self, origin_hash: str) -> str | None:
        """The last note that was cosigned, by the SHA-256 of a log's origin as hex; None for none."""
        for origin in self._records.known_origins():
            if sha256(origin.encode()).hexdigest() == origin_hash:
                state = self._records.state(origin)
                return None if state is None else state.note
        return None

    def _decided(
        self, request: AddCheckpoint, checkpoint: Checkpoint, extended: bool, body: bytes
    ) -> SignatureLine | NotCosigned:
        """The line, or why there is none. What has to be remembered of either is written."""
        if self._records.put_back() is not None:
            detail = "The records of this witness are older than its own word, so it signs nothing any more."
            return NotCosigned(HTTPStatus.SERVICE_UNAVAILABLE, detail)
        try:
            signers = self._signers(request, checkpoint, extended)
        except NotCosigned as refused:
            return refused
        tree = SignedTree(checkpoint, _line_of(request.note, signers))
        state = self._records.state(checkpoint.origin)
        forked = self._is_second_history(tree, body)
        try:
            self._check_extends(request, checkpoint, state, forked)
            now = self._time(checkpoint.origin, 0 if state is None else state.at)
        except NotCosigned as refused:
            if refused.status == HTTPStatus.UNPROCESSABLE_ENTITY and not forked:
                refusal = Evidence(checkpoint.origin, self._clock(), str(refused), body, None)
                self._records.keep_evidence(refusal, request.note.text)
            return refused
        line = cosigned(request.note, self._key, now)
        kept = (*(each for each in request.note.signatures if any(map(each.is_of, signers))), line)
        self._records.cosigned(checkpoint, str(Note(request.note.text, kept)), now)
        self._records.signed_tree(tree)
        return line

    def _signers(self, request: AddCheckpoint, checkpoint: Checkpoint, extended: bool) -> list[VerifierKey]:
        keys = self._records.trusted(checkpoint.origin)
        if not keys:
            raise NotCosigned(HTTPStatus.NOT_FOUND, "This witness is told to trust no key of this log.")
        try:
            signers = signers_of(request.note, keys)
        except NotProven:
            raise NotCosigned(
                HTTPStatus.FORBIDDEN, "A signature that names a key that is trusted does not verify."
            ) from None
        if not signers:
            raise NotCosigned(HTTPStatus.FORBIDDEN, "The checkpoint has no signature of a key that is trusted.")
        if extended:
            raise NotCosigned(HTTPStatus.BAD_REQUEST, "This witness cosigns no checkpoint with extension lines.")
        if request.old_size > checkpoint.size:
            raise NotCosigned(HTTPStatus.BAD_REQUEST, "The old size is larger than that of the checkpoint.")
        return signers

    def _check_extends(
        self, request: AddCheckpoint, checkpoint: Checkpoint, state: LogState | None, forked: bool
    ) -> None:
        known, root = (0, EMPTY_ROOT) if state is None else (state.size, state.root)
        if request.old_size != known:
            raise NotCosigned(HTTPStatus.CONFLICT, f"The tree that was last cosigned has {leaves(known)}.", size=known)
        if forked or self._records.fork(checkpoint.origin) is not None:
            raise NotCosigned(HTTPStatus.UNPROCESSABLE_ENTITY, "This log has signed two histories.")
        # A tree without leaves has one root, which this asks for, too: of the same size the roots have to be equal.
        if not proves_consistency(known, checkpoint.size, request.proof, root, checkpoint.root):
            raise NotCosigned(HTTPStatus.UNPROCESSABLE_ENTITY, "The proof does not show that the tree only grew.")

    def _time(self, origin: str, last: int) -> int:
        now = self._clock()
        if now >= max(last, 1):
            return now
        behind = last - now
        if behind > _CLOCK_RETRY_SECONDS:
            _log.error("This machine's clock is %d s behind the last cosignature of %s.", behind, origin)
        raise NotCosigned(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "The clock of this witness is behind its last cosignature.",
            retry_seconds=behind if behind <= _CLOCK_RETRY_SECONDS else None,
        )

    def _note_if_put_back(self, note: Note, checkpoint: Checkpoint) -> None:
        """Find out by a note whether the records are older than what this witness has signed."""
        try:
            own = cosignatures_of(note, [self._key.verifier])
        except NotProven:  # somebody else wrote that line
            return
        state = self._records.state(checkpoint.origin)
        size, at = (0, 0) if state is None else (state.size, state.at)
        if all(checkpoint.size <= size and each.at <= at for each in own) or self._records.put_back() is not None:
            return
        reason = (
            f"It has cosigned a tree of {checkpoint.origin} with {leaves(checkpoint.size)}, and does not remember it:"
            " its records were put back from a copy."
        )
        _log.error("This witness signs nothing any more. %s docs/witness.md says what to do.", reason)
        self._records.note_put_back(reason)

    def _is_second_history(self, tree: SignedTree, given: bytes) -> bool:
        """Whether a log has signed another tree of the same size before. It is kept as evidence then, and said."""
        checkpoint = tree.checkpoint
        known = self._records.tree(checkpoint.origin, checkpoint.size)
        if known is None or known.checkpoint.root == checkpoint.root:
            return False
        reason = f"The log has signed two trees of {leaves(checkpoint.size)} with different roots."
        _log.error("%s has two histories. %s Both are kept as evidence.", checkpoint.origin, reason)
        self._records.note_fork(checkpoint.origin, reason)
        self._records.keep_evidence(
            Evidence(checkpoint.origin, self._clock(), reason, given, known.note), checkpoint.text
        )
        return True


def trust(
    records: Records, key: VerifierKey, own: Sequence[SignerKey], pinned: tuple[int, bytes] | None = None
) -> None:
    """Trust a key of a log, and begin from a tree that is known from elsewhere, in place of whichever comes first.

    Args:
        own: The keys of this witness itself.
        pinned: The size and root of that tree.

    Raises:
        WitnessRecordsUnusable: the key is none of a log, or the log was cosigned before, so that nothing begins.
    """
    if key.kind != NOTE or any(key.public == each.verifier.public for each in own):
        raise WitnessRecordsUnusable(f"{key} is not a key that a log signs with (type 01), or is this witness's own.")
    with records.changing():
        if pinned is not None:
            if records.state(key.name) is not None:
                raise WitnessRecordsUnusable(f"This witness knows a tree of {key.name} already; it goes on from that.")
            checkpoint = Checkpoint(key.name, *pinned)
            records.cosigned(checkpoint, None, 0)
            records.signed_tree(SignedTree(checkpoint, None))
        records.trust(key)


def _line_of(note: Note, signers: Sequence[VerifierKey]) -> str:
    """The signature of the log below a note."""
    return next(str(line) for line in note.signatures if any(map(line.is_of, signers)))


def _leniently(note: Note) -> tuple[Checkpoint, bool]:
    """What a note says as a checkpoint, and whether there are extension lines behind that.

    Raises:
        NotProven: it is none.
    """
    lines = note.text.removesuffix("\n").split("\n")
    checkpoint = checkpoint_of(Note("".join(f"{line}\n" for line in lines[:3]), ()))
    if "" in lines[3:]:
        raise NotProven("a checkpoint has an empty line")
    return checkpoint, len(lines) > 3
