"""`cairn templates`: goal templates to begin a conversation with. They are part of Cairn; no service has to run."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from services.cli.goal_printer import definition, print_labelled
from services.cli.lazy import Group
from services.cli.parameters import json_option
from services.cli.printing import print_json, print_table, printable

if TYPE_CHECKING:
    from services.templates.template import GoalTemplate


@click.group(cls=Group)
def templates() -> None:
    """List goal templates, or show one."""


@templates.command("list")
@json_option
def list_templates(as_json: bool) -> None:
    """List every template in its latest version."""
    from services.templates.library import library

    found = library().latest()
    if as_json:
        listed = [
            {
                **template.model_dump(include={"id", "version", "title", "about"}),
                "life_area": template.proposal.life_area,
                "frameworks": template.frameworks,
            }
            for template in found
        ]
        print_json({"items": listed, "next": None})
        return
    rows = [
        (each.id, each.version, each.proposal.life_area, ", ".join(each.frameworks).upper(), each.title)
        for each in found
    ]
    print_table(("Template", "Version", "Life area", "As", "Title"), rows, wide=("Title",))


@templates.command()
@click.argument("template_id", metavar="ID")
@click.option("--version", type=click.IntRange(min=1), help="An earlier version.")
@json_option
def show(template_id: str, version: int | None, as_json: bool) -> None:
    """Show a template: what to ask, and what it proposes beside the patient's own words."""
    from services.templates.library import library

    template = library().find(template_id, version)
    if template is None:
        known = f" in version {version}" if version and library().versions(template_id) else ""
        raise click.ClickException(
            f"There is no template “{printable(template_id)[:80]}”{known}; `cairn templates list` names them all."
        )
    if as_json:
        print_json(template.model_dump(mode="json", exclude_none=True))
        return
    print_labelled(_told(template))


def _told(template: "GoalTemplate") -> Iterator[tuple[str, str]]:
    proposal = template.proposal
    yield "Template", f"{template.id} (version {template.version})"
    yield "Title", template.title
    yield "For whom", template.about
    for question in template.ask:
        yield "Ask", question
    for example in template.examples:
        yield "Others say", f"“{example}”"
    yield "Proposes", f"{proposal.horizon.replace('_', '-')} {proposal.kind} goal ({proposal.life_area})"
    yield from definition(proposal.model_dump(mode="json", exclude_none=True))
    for intervention in proposal.interventions:
        yield "With", intervention
