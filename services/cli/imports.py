"""`cairn import`: goals from other systems."""

import click

from services.cli.lazy import Lazy, LazyGroup

_COMMANDS = {"fhir": Lazy("services.cli.import_fhir", "fhir", "FHIR R4 and R5 files: goals, bundles, ndjson.")}


@click.group("import", cls=LazyGroup, commands=_COMMANDS)
def imports() -> None:
    """Bring goals in from other systems."""
