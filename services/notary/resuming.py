"""Signing on after a mistake: a notary that has stopped is shown that all is again as it signed it.

It stops for good, as it cannot tell a mistake of minutes from an attack of minutes. A person can; but what that person
says is believed only where the log, the tiles and the witnesses say the same.
"""

from datetime import datetime
from pathlib import Path

from events.transparency.merkle import CompactRange
from services.administration.notary_act import NotaryAct
from services.notary.acts import note_act
from services.notary.checkpoint_archive import CheckpointArchive
from services.notary.cosigning import MakeClient
from services.notary.errors import Contradiction, NotaryUnusable
from services.notary.generations import ARCHIVE_FILE, Signed, Stopped
from services.notary.heeded_policy import HeededPolicy
from services.notary.identity import Identity, NotaryFolder
from services.notary.log_leaves import RawLog
from services.notary.opening import check_root, hashes_up_to, open_tree, rebuild_tree
from services.notary.places import CHECKPOINT_FILE
from services.notary.published import Published
from services.notary.succession import check_words
from services.notary.tile_tree import TileTree
from services.notary.wording import leaves


async def check_agreement(
    log: RawLog, folder: NotaryFolder, tree_folder: Path, make: MakeClient, now: datetime
) -> Signed:
    """Check that nothing contradicts what was signed last, and return that.

    The whole log is read again up to there, and has to come to the signed root by itself. Tiles that are not whole are
    built anew from it.

    Args:
        tree_folder: Where the tiles are.
        make: Makes what asks a witness.

    Raises:
        Contradiction: the log, the tiles, the published checkpoint or a witness still says something else.
        NotaryUnusable: it has not stopped, or too few witnesses say what they have cosigned.
        LogUnreachable, OSError: the log or a file cannot be read.
    """
    identity = folder.identity()
    generation = folder.generation(identity)
    if generation.stopped() is None:
        raise _not_stopped(identity)
    last = generation.last_signed()
    if last is None:
        raise NotaryUnusable(f"Nothing was signed yet of {identity.origin} as its notary remembers.")
    published = Published(tree_folder / CHECKPOINT_FILE, CheckpointArchive(generation.folder / ARCHIVE_FILE))
    if published.size > last.size:
        raise Contradiction(
            f"a checkpoint with {leaves(published.size)} was published, and the notary remembers {last.size}"
        )
    with folder.running():
        tree = await _tree(log, tree_folder, last, now)
    policy = HeededPolicy(folder, generation, make)
    try:
        witnesses = await policy.witnesses()
        await witnesses.ask_what_they_have(identity.origin, tree, published.note)
        if not witnesses.enough_were_asked:
            troubles = "; ".join(f"{each.name}: {each.trouble}" for each in witnesses.statuses if each.trouble)
            raise NotaryUnusable(f"Not enough witnesses say what they last cosigned ({troubles}). Try again.")
    finally:
        await policy.close()
    return last


def resume(folder: NotaryFolder, reason: str, by: str, now: datetime) -> Stopped:
    """Let a notary sign on that has stopped, and note why and who decided so. It looks at everything anew first.

    Returns:
        Why it had stopped.

    Raises:
        NotaryUnusable: it has not stopped, words cannot be kept, or a file cannot be written.
    """
    check_words(reason, by)
    with folder.locked():
        identity = folder.identity()
        generation = folder.generation(identity)
        stopped, last = generation.stopped(), generation.last_signed()
        if stopped is None:
            raise _not_stopped(identity)
        size = last.size if last is not None else 0
        act = NotaryAct(kind="resumed", origin=identity.origin, at=now, by=by, reason=reason, size=size)
        try:
            note_act(folder, act)
            generation.forget_stopped()
        except OSError as error:
            raise NotaryUnusable(f"The notary's folder {folder.folder} cannot be written: {error.strerror}.") from None
    return stopped


def _not_stopped(identity: Identity) -> NotaryUnusable:
    return NotaryUnusable(f"The notary of {identity.stream} has not stopped, so there is nothing to resume.")


async def _tree(log: RawLog, tree_folder: Path, last: Signed, now: datetime) -> TileTree:
    """The tree that was signed last, once the log has come to its root."""
    try:
        tree = open_tree(tree_folder, last)
    except NotaryUnusable:
        return await rebuild_tree(log, tree_folder, last, now)
    grown = CompactRange()
    async for hashes in hashes_up_to(log, last.size):
        for each in hashes:
            grown.append(each)
    check_root(grown.root, last)
    return tree
