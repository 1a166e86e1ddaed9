"""`cairn notary`: make the log's notary, see how it is, rotate its key, let it sign on, and begin a new generation."""

import click

from services.cli.lazy import Lazy, LazyGroup

_COMMANDS = {
    "init": Lazy("services.cli.notary_init", "init", "Make the notary of a stream of the log, once."),
    "status": Lazy("services.cli.notary_status", "status", "Show what it has signed, and who has cosigned it."),
    "rotate": Lazy("services.cli.notary_rotate", "rotate", "Sign with a new key, under the same name of the log."),
    "resume": Lazy("services.cli.notary_resume", "resume", "Sign on after a mistake that is put right."),
    "succeed": Lazy("services.cli.notary_succeed", "succeed", "Begin a new generation, after a loss for good."),
}


@click.group(cls=LazyGroup, commands=_COMMANDS)
def notary() -> None:
    """Make the notary of the log, see how it is, and change its keys (docs/proof.md)."""
