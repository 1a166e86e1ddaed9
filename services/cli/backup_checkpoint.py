"""The signed checkpoint that goes with a backup: it proves later that the copy is the log as it was then."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from services.cli.printing import printable

if TYPE_CHECKING:
    from events.log.client.resilient import ResilientClient
    from events.transparency.notes import Note

CHECKPOINT_FILE = "checkpoint"


async def signed_checkpoint(nc: "ResilientClient", stream: str) -> "Note | None":
    """Have the notary sign what a stream holds now; None where it does not, which is said and fails no backup."""
    from services.notary.asking import AskedNotary, NotaryRefused, NotarySilent

    try:
        return await AskedNotary(nc, stream).sign()
    except (NotaryRefused, NotarySilent) as why:
        click.echo(f"{stream}: no checkpoint goes with this backup. {printable(why)}", err=True)
        return None


def keep_checkpoint(note: "Note | None", folder: Path) -> None:
    """Put a checkpoint into the folder of a backup, which holds at least all that it vouches for."""
    if note is not None:
        (folder / CHECKPOINT_FILE).write_text(str(note), encoding="utf-8")
