"""Where the notary's folders are: its identity outside the data folder, the tiles of each log inside."""

from collections.abc import Sequence
from pathlib import Path

from services.notary.errors import NotaryUnusable
from services.notary.identity import Identity, NotaryFolder
from services.settings import Settings

CHECKPOINT_FILE = "checkpoint"
"""The newest published checkpoint, beside the tiles, as a log of tiles has it."""
_TREES = "notary"


def notary_folder(settings: Settings, stream: str) -> NotaryFolder:
    """The folder with the identity of a stream's notary; there may be none yet.

    Raises:
        NotaryUnusable: it is inside the data folder, and so would be put back together with the log.
    """
    folder = settings.notary_folder
    if folder.resolve().is_relative_to(settings.data_dir.resolve()):
        raise NotaryUnusable(
            f"The notary's folder {folder} is inside the data folder {settings.data_dir}. Whoever puts a backup of the"
            " data back would put back what the notary remembers, too. Set CAIRN_NOTARY_DIR to another place."
        )
    return NotaryFolder(folder / stream)


def tree_folder(settings: Settings, identity: Identity) -> Path:
    """The folder with the tiles and the published checkpoint of one generation of a log."""
    return _trees(settings, identity.stream) / str(identity.generation)


def check_not_lost(settings: Settings, stream: str) -> None:
    """Check that a stream which was signed still has its notary.

    The folder may be on a disk that is not there now, or that was swapped. Nothing may look then as if nobody had ever
    made a notary, and nobody may make another one by mistake.

    Raises:
        NotaryUnusable: the data folder has what was published, and the notary's folder is not there.
    """
    folder = notary_folder(settings, stream)
    if folder.has_notary or (published := _last_published(settings, stream)) is None:
        return
    name = published.read_text(encoding="utf-8", errors="replace").partition("\n")[0]
    raise NotaryUnusable(
        f"The log was signed and published as {name}, and there is no notary in {folder.folder}: its keys are not"
        " there, and nothing is signed. Put that folder back. Where it is"
        f" lost for good, move {_trees(settings, stream)} aside and make a new notary (cairn notary init): for"
        " witnesses and readers that is another log."
    )


def streams_with_a_notary(settings: Settings) -> Sequence[str]:
    """The streams of the log for which somebody has made a notary on this machine, also where its folder is gone.

    Raises:
        NotaryUnusable: as :func:`notary_folder`.
    """
    return [
        stream
        for stream in settings.placement.streams
        if notary_folder(settings, stream).has_notary or _last_published(settings, stream) is not None
    ]


def _trees(settings: Settings, stream: str) -> Path:
    return settings.data_dir.absolute() / _TREES / stream


def _last_published(settings: Settings, stream: str) -> Path | None:
    """The checkpoint that was last published of a stream, as the data folder has it; None where there is none."""
    published = _trees(settings, stream).glob(f"*/{CHECKPOINT_FILE}")
    return max(published, key=lambda file: file.stat().st_mtime_ns, default=None)
