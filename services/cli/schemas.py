"""`cairn schemas`: the JSON Schemas of everything that can be sent and read, and the description of all messages."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from services.cli.lazy import Group
from services.cli.parameters import json_option
from services.cli.printing import print_json, print_table, printable

if TYPE_CHECKING:
    from services.cli.printing import Json

_DIRECTORY = Path(__file__).parents[2] / "events" / "schemas"
_directory_option = click.option(
    "--dir",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=_DIRECTORY,
    show_default="events/schemas",
    help="Where the published schemas are.",
)


@click.group(cls=Group)
def schemas() -> None:
    """List, show, write and check the published JSON Schemas."""


@schemas.command("list")
@json_option
def list_schemas(as_json: bool) -> None:
    """List every event type, and what it says."""
    from events.json_schemas import published_schemas

    found = [
        {"name": name, "says": schema.get("description", "").partition("\n")[0]}
        for name, schema in published_schemas().items()
    ]
    if as_json:
        print_json({"items": found, "next": None})
    else:
        print_table(("Name", "Says"), [list(each.values()) for each in found], wide=("Says",))


@schemas.command()
@click.argument("name", metavar="TYPE")
@click.option("--json", "as_json", is_flag=True, help="Accepted as everywhere; a schema is JSON in any case.")
def show(name: str, as_json: bool) -> None:
    """Show the schema of one event type's data, of the `cloudevent` around it, or of the `outcome`."""
    from events.json_schemas import published_schemas

    known = published_schemas()
    if name not in known:
        raise click.ClickException(f"There is no schema “{printable(name)[:80]}”; `cairn schemas list` names them all.")
    print_json(known[name])


@schemas.command()
@click.option("--json", "as_json", is_flag=True, help="Accepted as everywhere; the document is JSON in any case.")
def asyncapi(as_json: bool) -> None:
    """Show what goes over NATS as an AsyncAPI 3 document: every subject, its messages, and who may."""
    from services.gateway.messages.asyncapi import asyncapi_document

    print_json(asyncapi_document())


@schemas.command()
@_directory_option
@click.option("--unreleased", is_flag=True, help="Also where it breaks what was published: nobody uses it yet.")
def write(directory: Path, unreleased: bool) -> None:
    """Write the schemas; refuses a change that breaks what is published."""
    from events.json_schemas import published_schemas

    current = published_schemas()
    broken = [] if unreleased else _broken(directory, current)
    if broken:
        raise click.ClickException("\n".join((*broken, _NEW_VERSION)))
    directory.mkdir(parents=True, exist_ok=True)
    for path in _surplus(directory, current):
        path.unlink()
    for name, schema in current.items():
        (directory / f"{name}.json").write_text(_text(schema), encoding="utf-8")
    click.echo(f"{len(current)} schemas are in {directory}.")


@schemas.command()
@_directory_option
def check(directory: Path) -> None:
    """Check that the published schemas are those of this Cairn, and that none was broken."""
    from events.json_schemas import published_schemas

    if not directory.is_dir():
        raise click.ClickException(f"There is no folder {directory}. `cairn schemas write` makes it.")
    current = published_schemas()
    broken = _broken(directory, current)
    stale = [name for name, schema in current.items() if _published(directory, name) != _text(schema)]
    stale += [path.stem for path in _surplus(directory, current)]
    if broken:
        raise click.ClickException("\n".join((*broken, _NEW_VERSION)))
    if stale:
        raise click.ClickException(f"Stale: {', '.join(stale)}. Run `cairn schemas write`.")
    click.echo(f"{len(current)} schemas are up to date.")


_NEW_VERSION = (
    "These break what integrating systems send. Give the type a new version, and an upcast from the old one"
    " (events/catalog.py)."
)


def _broken(directory: Path, current: "dict[str, Json]") -> list[str]:
    from events.compatibility import breaking_changes

    found = [f"{path.stem}: gone." for path in _surplus(directory, current)]
    for name, schema in current.items():
        published = _published(directory, name)
        # The outcome is what Cairn sends, not what it takes: no field may go from it.
        if published and name == "outcome":
            found += [f"{name}: {change}" for change in breaking_changes(schema, json.loads(published))]
        elif published:
            found += [f"{name}: {change}" for change in breaking_changes(json.loads(published), schema)]
    return found


def _published(directory: Path, name: str) -> str | None:
    path = directory / f"{name}.json"
    return path.read_text(encoding="utf-8") if path.exists() else None


def _surplus(directory: Path, current: "dict[str, Json]") -> list[Path]:
    return [path for path in sorted(directory.glob("*.json")) if path.stem not in current]


def _text(schema: "Json") -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
