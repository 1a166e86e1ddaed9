"""The audit of one stream of the log: is what is signed all of the log, is it witnessed, and is the log still that?"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from events.log import Log
from events.transparency.checkpoints import Checkpoint, checkpoint_of, cosignatures_of, opened_checkpoint
from events.transparency.keys import parse_verifier_key
from events.transparency.notes import Note
from events.transparency.policies import NOBODY, Policy, parse_policy
from events.transparency.proving import subtrees
from events.transparency.refusals import NotProven
from events.transparency.tiles import Tile
from services.notary.asking import AskedNotary, NotaryRefused
from services.notary.auditing import LeafComparison, compare_leaves, tile_start
from services.notary.requests import KeyPeriod, NotaryStatus
from services.notary.wording import leaves

SIGNED_WITHIN_SECONDS = 15.0
"""How long the notary may take to sign what the log held when the audit began."""
_LOOK_SECONDS = 0.2

Progress = Callable[[int, int], None]
"""Called with the last position that was compared, and how far it goes."""


@dataclass(frozen=True, slots=True)
class StreamAudit:
    """What an audit of one stream has found.

    Attributes:
        status: How the notary is, once it had its time to sign what the log held.
        checkpoint: The newest published checkpoint, with which the log was compared; what was signed last, where the
            notary has stopped and can show none.
        head: The last position of the log when the audit began.
        witnessed_at: When the witnesses that the policy asks for had cosigned it; None without them.
        leaves: What comparing the log has found; None where the checkpoint is not one of the notary's, or
            where the notary has stopped and has not what that takes.
        wrong: What is wrong, each in a sentence; empty where nothing is.
        unknown: Why not all is known, each in a sentence.
    """

    status: NotaryStatus
    checkpoint: Checkpoint
    head: int
    witnessed_at: datetime | None
    leaves: LeafComparison | None
    wrong: tuple[str, ...]
    unknown: tuple[str, ...] = ()


async def audit_stream(
    log: Log, notary: AskedNotary, *, since: int, witnessed_within: timedelta, progress: Progress
) -> StreamAudit:
    """Audit one stream of the log.

    Args:
        since: The first position that is read again; it begins with the tile that holds it.
        witnessed_within: How old the cosignatures of the newest checkpoint may be.

    Raises:
        NotarySilent: no notary answers.
        NotaryRefused: there is nothing signed yet, or the notary refuses what is asked of it. One that has stopped is
            wrong, whatever it refuses.
        events.log.LogUnreachable: the log does not answer.
        events.log.bounded_reading.RestUnread: the log was not handed out to its end.
    """
    head = (await log.state()).last
    status = await _status_once_signed(notary, head)
    try:
        return await _audited(log, notary, status, head, since, witnessed_within, progress)
    except NotaryRefused:
        if status.stopped is None:
            raise
        last = Checkpoint(status.origin, status.size or 0, status.root or b"")
        return StreamAudit(status, last, head, None, None, tuple(_about_signing(status, last, head)))


async def _audited(
    log: Log,
    notary: AskedNotary,
    status: NotaryStatus,
    head: int,
    since: int,
    witnessed_within: timedelta,
    progress: Progress,
) -> StreamAudit:
    keys = await notary.keys()
    note = await notary.checkpoint()
    wrong: list[str] = []
    leaves, witnessed_at = None, None
    try:
        checkpoint = _opened(note, keys.keys)
        policy = parse_policy(keys.policy)
        witnessed_at = _witnessed_at(note, policy)
    except NotProven as error:
        checkpoint = _read(note)
        wrong.append(f"What the notary shows as its newest checkpoint is none: {error}.")
    else:
        leaves = await _compare(log, notary, checkpoint, head, since, progress)
        wrong += _about_leaves(leaves)
        wrong += _about_witnesses(policy, witnessed_at, witnessed_within)
    wrong = [*_about_signing(status, checkpoint, head), *wrong]
    waiting = () if status.waiting is None else (f"The notary signs nothing for now: {_sentence(status.waiting)}",)
    return StreamAudit(status, checkpoint, head, witnessed_at, leaves, tuple(wrong), waiting)


async def _compare(
    log: Log, notary: AskedNotary, signed: Checkpoint, head: int, since: int, progress: Progress
) -> LeafComparison:
    first = tile_start(min(since, max(1, signed.size)))
    full = tuple(subtrees(0, first - 1))
    before = await notary.nodes(tuple((each.level, each.number) for each in full)) if full else []

    async def read_tile(tile: Tile) -> bytes:
        try:
            return await notary.tile(tile.level, tile.number, tile.width)
        except NotaryRefused as refused:
            if refused.code != "proof.none":
                raise
            return b""

    async with aclosing(log.follow_raw(first - 1)) as batches:
        return await compare_leaves(
            batches,
            read_tile,
            signed,
            head=head,
            since=first,
            before=before,
            progress=lambda position: progress(position, signed.size),
        )


async def _status_once_signed(notary: AskedNotary, head: int) -> NotaryStatus:
    """How the notary is, once it has signed what the log held, or had its time to do so."""
    clock = asyncio.get_running_loop().time
    until = clock() + SIGNED_WITHIN_SECONDS
    while True:
        status = await notary.status()
        if (status.size or 0) >= head or status.stopped is not None or clock() >= until:
            return status
        await asyncio.sleep(_LOOK_SECONDS)


def _opened(note: Note, keys: Iterable[KeyPeriod]) -> Checkpoint:
    """The checkpoint of a note that one of the notary's keys has signed."""
    refused = NotProven("the notary names no key that signs checkpoints")
    for each in keys:
        if each.use == "checkpoints":
            try:
                return opened_checkpoint(note, parse_verifier_key(each.key))
            except NotProven as error:
                refused = error
    raise refused


def _read(note: Note) -> Checkpoint:
    try:
        return checkpoint_of(note)
    except NotProven:
        return Checkpoint("", 0, b"")


def _witnessed_at(note: Note, policy: Policy) -> datetime | None:
    """When enough witnesses had cosigned a checkpoint, by their clocks."""
    if policy.quorum == NOBODY:
        return None
    cosigners: set[bytes] = set()
    found = cosignatures_of(note, (witness.key for witness in policy.witnesses.values()))
    for each in sorted(found, key=lambda cosignature: cosignature.at):
        cosigners.add(each.witness.public)
        if policy.is_met(cosigners):
            return datetime.fromtimestamp(each.at, UTC)
    return None


def _about_signing(status: NotaryStatus, published: Checkpoint, head: int) -> Iterator[str]:
    if status.stopped is not None:
        since = f" since {status.stopped_at:%Y-%m-%d %H:%M} UTC" if status.stopped_at else ""
        yield f"The notary signs nothing{since}: {_sentence(status.stopped)}"
    elif status.waiting is None and (status.size or 0) < head:
        yield f"The log goes up to position {head:,}, and the notary has signed {status.size or 0:,} of them."
    if published.origin != status.origin:
        yield f"The newest checkpoint is of {published.origin or 'no log'}, and the notary signs for {status.origin}."
    elif published.size == status.size and published.root != status.root:
        yield f"The notary has signed two trees with {leaves(status.size)}: the published one, and the one it names."


def _about_leaves(leaves: LeafComparison) -> Iterator[str]:
    if leaves.finding is not None:
        yield leaves.finding


def _about_witnesses(policy: Policy, witnessed_at: datetime | None, within: timedelta) -> Iterator[str]:
    if policy.quorum == NOBODY:
        return
    if witnessed_at is None:
        yield "The newest checkpoint has not the cosignatures that the policy asks for."
    elif (age := datetime.now(UTC) - witnessed_at) > within:
        yield (
            f"The newest checkpoint was cosigned {in_words(age)} ago, and each is cosigned anew every ten minutes."
            " Either the witnesses do not answer, or the notary does not ask them."
        )


def _sentence(reason: str) -> str:
    return f"{reason.rstrip('.')}."


def in_words(age: timedelta) -> str:
    """How long something is ago, roughly: `40 seconds`, `12 minutes`, `3 hours`, `5 days`."""
    seconds = max(0, int(age.total_seconds()))
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size:,} {unit}"
    return f"{seconds:,} seconds"
