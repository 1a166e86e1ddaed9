"""What reading the log through has found, stream by stream: for people, or as one line of JSON for each stream."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from services.cli.printing import Json, print_json, printable

if TYPE_CHECKING:
    from events.log.verification import Verification

    Found = Mapping[str, Verification]  # by stream


def report(found: "Found", as_json: bool) -> None:
    """Print it, and end the command with exit code 1 when something is wrong."""
    for stream, its in found.items():
        if as_json:
            print_json({"stream": stream, **_as_json(its)}, indent=None)
        else:
            _print(its, stream if len(found) > 1 else None)
    if not all(its.sound for its in found.values()):
        raise SystemExit(1)


def _as_json(found: "Verification") -> Json:
    return {
        "sound": found.sound,
        "events": found.events,
        "goals": found.goals,
        "position": found.position,
        "digest": found.digest,
        "wrong": found.wrong,
        "findings": [
            {"position": each.position, "subject": each.subject, "detail": each.detail} for each in found.findings
        ],
    }


def _print(found: "Verification", stream: str | None) -> None:
    where = f"{stream}: " if stream else ""
    counted = f"{found.events:,} events about {found.goals:,} goals and plans, up to position {found.position:,}."
    click.echo(where + counted)
    click.echo(f"Content digest (SHA-256): {found.digest}")
    for each in found.findings:
        click.echo(printable(f"position {each.position} ({each.subject}) {each.detail}"))
    click.echo("Nothing is wrong." if found.sound else f"{found.wrong:,} things are wrong.")
