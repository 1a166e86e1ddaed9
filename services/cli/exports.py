"""`cairn export`: goals for other systems, pages for talks, and histories that a stranger can check."""

import click

from services.cli.lazy import Lazy, LazyGroup

_COMMANDS = {
    "fhir": Lazy("services.cli.export_fhir", "fhir", "FHIR R4 or R5: plans, goals, scores, who did what."),
    "session": Lazy("services.cli.export_session", "session", "PDF: pages for talks, one for each goal."),
    "history": Lazy("services.cli.export_history", "history", "A folder for a court: every event, with its proof."),
    "checker": Lazy("services.cli.export_checker", "checker", "The program that checks such a folder without Cairn."),
}


@click.group("export", cls=LazyGroup, commands=_COMMANDS)
def exports() -> None:
    """Hand goals on to other systems, print pages for talks, or prove a history to a stranger."""
