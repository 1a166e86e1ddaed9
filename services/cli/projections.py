"""`cairn projections`: their status, rebuilding them, and retrying what is in quarantine."""

import click

from services.cli.lazy import Lazy, LazyGroup

_COMMANDS = {
    "status": Lazy("services.cli.projections_status", "status", "Show how each is doing, once or all the time."),
    "rebuild": Lazy("services.cli.rebuild", "rebuild", "Build one anew beside the live one, compare, and swap."),
    "drop-previous": Lazy("services.cli.rebuild", "drop_previous", "Drop the tables that were live before."),
    "quarantine": Lazy("services.cli.quarantine", "quarantine", "List what could not be taken in, and try it again."),
}


@click.group(cls=LazyGroup, commands=_COMMANDS)
def projections() -> None:
    """Show the status of the projections, rebuild them, and retry what is in quarantine."""
