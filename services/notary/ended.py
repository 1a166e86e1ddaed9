"""What can still be read of a generation that has ended: its checkpoints, tiles and keys are never deleted."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from events.transparency.keys import parse_verifier_key
from services.notary.checkpoint_archive import CheckpointArchive
from services.notary.errors import NotaryUnusable
from services.notary.generations import ARCHIVE_FILE
from services.notary.identity import Identity, NotaryFolder
from services.notary.opening import open_largest_tree
from services.notary.places import CHECKPOINT_FILE
from services.notary.published import Published
from services.notary.requests import KeysAnswer
from services.notary.tile_tree import TileTree
from services.notary.trust import whole_policy


class EndedGeneration(NamedTuple):
    """A generation that signs no more.

    Attributes:
        published: What was published of it.
        tree: The largest of its trees that the tiles on the disk hold; None where they hold none.
        keys: Its keys, with the note by which it ended, and the notes before that.
    """

    published: Published
    tree: TileTree | None
    keys: KeysAnswer


def ended_generation(
    folder: NotaryFolder, identity: Identity, number: int, tree_folder: Callable[[Identity], Path]
) -> EndedGeneration:
    """An earlier generation of the one that signs now.

    Args:
        identity: The one that signs now.
        tree_folder: Where the tiles of a generation are.

    Raises:
        NotaryUnusable, OSError: what is kept of it cannot be read.
    """
    *before, generation = folder.former_generations(identity)[:number]
    ended = identity.model_copy(update={"origin": generation.origin})
    tiles = tree_folder(ended)
    published = Published(tiles / CHECKPOINT_FILE, CheckpointArchive(generation.folder / ARCHIVE_FILE))
    try:
        tree = open_largest_tree(tiles, generation.last_signed(), published)
    except NotaryUnusable:
        tree = None
    periods = generation.periods()
    keys = KeysAnswer(
        origin=generation.origin,
        keys=periods,
        policy=whole_policy(folder.policy(), [parse_verifier_key(each.key) for each in periods]),
        successions=folder.successions(identity)[:number],
        former=tuple(key for each in before for key in each.periods()),
    )
    return EndedGeneration(published, tree, keys)
