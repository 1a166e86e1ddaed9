"""The end of one generation of a log and the beginning of the next, in a note that both sign.

After a true loss what was signed cannot be extended any more. So the log begins anew under the next origin, and says so
for ever: which checkpoint it had, up to where both are the same, why, and who decided.
"""

import base64
import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from events.transparency.checkpoints import checkpoint_of
from events.transparency.merkle import HASH_BYTES
from events.transparency.notes import Note, signed
from events.transparency.tiles import TILE_WIDTH
from services.administration.notary_act import NotaryAct
from services.notary.acts import check_acts, note_act
from services.notary.checkpoint_archive import CheckpointArchive
from services.notary.errors import NotaryUnusable
from services.notary.founding import Founded, make_generation
from services.notary.generations import ARCHIVE_FILE, Generation
from services.notary.identity import Identity, NotaryFolder
from services.notary.log_leaves import RawLog, leaf_hashes
from services.notary.opening import TILES
from services.notary.places import CHECKPOINT_FILE
from services.notary.published import Published
from services.notary.requests import MAX_GENERATION
from services.notary.tile_files import TileFiles

FIRST_LINE = "cairn succession/1"
MAX_WORDS = 500
"""How long a reason or a name in a succession may be, in characters."""
_ONE_LINE = re.compile(r"[^\x00-\x1f\x7f]+")


class Succession(NamedTuple):
    """Why and from where on a log begins anew.

    Attributes:
        reason: What happened, in a sentence; no patient's words.
        by: Who decided.
        agree: The largest size up to which the old tree and the log are the same, as far as can be told.
        checkpoint: The newest checkpoint of the old tree that was published, with its signatures; None for none.
    """

    reason: str
    by: str
    agree: int
    checkpoint: Note | None


def succession_text(ended: Generation, begun: Identity, succession: Succession) -> str:
    """What the note of a succession says; the old checkpoint stands in it whole, behind an empty line."""
    lines = [
        FIRST_LINE,
        f"old {ended.origin}",
        f"new {begun.origin}",
        f"at {begun.made_at:%Y-%m-%dT%H:%M:%SZ}",
        f"by {succession.by}",
        f"reason {succession.reason}",
        f"agree {succession.agree}",
        f"signed {_signed_last(ended)}",
    ]
    with suppress(NotaryUnusable):
        if (stopped := ended.stopped()) is not None:
            lines.append(f"stopped {stopped.reason}")
    text = "".join(f"{line}\n" for line in lines)
    return f"{text}\n{succession.checkpoint}" if succession.checkpoint is not None else text


def _act(ended: Generation, begun: Generation, succession: Succession, now: datetime) -> NotaryAct:
    """What is noted of a succession."""
    return NotaryAct(
        kind="succeeded",
        origin=begun.origin,
        at=now,
        by=succession.by,
        reason=succession.reason,
        key=str(begun.keys()[0].verifier),
        size=_size_remembered(ended),
    )


def _size_remembered(ended: Generation) -> int:
    """The size that was signed last; that of nothing where the memory of it is damaged."""
    with suppress(NotaryUnusable):
        return last.size if (last := ended.last_signed()) is not None else 0
    return 0


def _signed_last(ended: Generation) -> str:
    """What was signed last, in words; `unknown` where the memory of it is damaged."""
    try:
        last = ended.last_signed()
    except NotaryUnusable:
        return "unknown"
    return f"{last.size} {base64.b64encode(last.root).decode()}" if last is not None else "nothing"


def newest_checkpoint(tree: Path, ended: Generation) -> Note | None:
    """The newest published checkpoint of a generation; None where none was published.

    Args:
        tree: The folder of its tiles.

    Raises:
        NotaryUnusable, OSError: what is kept of it cannot be read.
    """
    return Published(tree / CHECKPOINT_FILE, CheckpointArchive(ended.folder / ARCHIVE_FILE)).note


async def size_of_agreement(log: RawLog, tree: Path, ended: Generation) -> int:
    """The largest size up to which the signed tree and the log are the same, as far as the tiles on the disk tell.

    Where the memory of what was signed is damaged, it is that of the newest published checkpoint at most.

    Raises:
        LogReplaced: the log changes while it is read.
        NotaryUnusable, OSError: what is kept cannot be read.
    """
    files = TileFiles(tree / TILES)
    agreed, most = 0, min(_size_signed(tree, ended), await log.head())
    if most == 0:
        return 0
    tile, number = b"", -1
    async for batch in log.follow_raw():
        for hashed in leaf_hashes(batch.messages, agreed):
            if agreed // TILE_WIDTH != number:
                number = agreed // TILE_WIDTH
                tile = files.read(0, number)
            place = agreed % TILE_WIDTH * HASH_BYTES
            if tile[place : place + HASH_BYTES] != hashed:
                return agreed
            agreed += 1
            if agreed == most:
                return agreed
        if not batch.messages:
            return agreed
    return agreed


def _size_signed(tree: Path, ended: Generation) -> int:
    try:
        last = ended.last_signed()
    except NotaryUnusable:
        checkpoint = newest_checkpoint(tree, ended)
        return checkpoint_of(checkpoint).size if checkpoint is not None else 0
    return last.size if last is not None else 0


def check_words(reason: str, by: str) -> None:
    """Make sure that a reason and a name can stand in the note.

    Raises:
        NotaryUnusable: one of them cannot.
    """
    for what, words in (("reason", reason), ("name", by)):
        if len(words) > MAX_WORDS or not _ONE_LINE.fullmatch(words) or words != words.strip():
            raise NotaryUnusable(f"The {what} must be one line of at most {MAX_WORDS} characters.")


def succeed(folder: NotaryFolder, succession: Succession, now: datetime) -> Founded:
    """End the present generation, and begin the next one. Nothing of the old one is deleted.

    The note is signed with the key for statements of both generations; with that of the new one alone where the old
    key is lost.

    Raises:
        NotaryUnusable: nothing was signed yet, so that there is nothing to succeed; or nothing can be written.
    """
    check_words(succession.reason, succession.by)
    with folder.locked():
        identity = folder.identity()
        ended = folder.generation(identity)
        if _signed_last(ended) == "nothing":
            raise NotaryUnusable(f"{identity.origin} has signed nothing yet, so there is nothing to succeed.")
        if identity.generation == MAX_GENERATION:
            raise NotaryUnusable(f"{identity.origin} can have no next generation.")
        begun = identity.succeeded(now)
        check_acts(folder)
        try:
            generation = make_generation(folder, begun)
            keys = [generation.statements_key()]
            with suppress(NotaryUnusable):
                keys.append(ended.statements_key())
            note = signed(succession_text(ended, begun, succession), *keys)
            folder.succeed(identity, str(note), begun)
            note_act(folder, _act(ended, generation, succession, now))
        except OSError as error:
            raise NotaryUnusable(f"The notary's folder {folder.folder} cannot be written: {error.strerror}.") from None
    return Founded(begun, generation.keys()[0].verifier, generation.statements_key().verifier)
