"""`cairn export`: goals for other systems, and pages for talks."""

import click

from services.cli.lazy import Lazy, LazyGroup

_COMMANDS = {
    "fhir": Lazy("services.cli.export_fhir", "fhir", "FHIR R4 or R5: plans, goals, scores, who did what."),
    "session": Lazy("services.cli.export_session", "session", "PDF: pages for talks, one for each goal."),
}


@click.group("export", cls=LazyGroup, commands=_COMMANDS)
def exports() -> None:
    """Hand goals on to other systems, or print pages for talks."""
