"""Where the notary's folders are: its identity outside the data folder, the tiles of each log inside."""

from collections.abc import Sequence
from pathlib import Path

from services.notary.errors import NotaryUnusable
from services.notary.identity import Identity, NotaryFolder
from services.settings import Settings

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
    return settings.data_dir.absolute() / _TREES / identity.stream / str(identity.generation)


def streams_with_a_notary(settings: Settings) -> Sequence[str]:
    """The streams of the log for which somebody has made a notary on this machine.

    Raises:
        NotaryUnusable: as :func:`notary_folder`.
    """
    return [stream for stream in settings.placement.streams if notary_folder(settings, stream).has_notary]
