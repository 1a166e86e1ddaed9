"""Prints what the check of the log found, stream by stream: for people, or as one line of JSON for each stream."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from services.cli.printing import Json, number_of, print_json, printable

if TYPE_CHECKING:
    from events.log.findings import Finding, Verification

    Found = Mapping[str, Verification]  # by stream


def report(found: "Found", as_json: bool) -> None:
    """Print what was found, and end the command with exit code 1 when something is wrong."""
    for stream, verification in found.items():
        if as_json:
            print_json({"stream": stream, **as_fields(verification)}, indent=None)
        else:
            _print(verification, stream if len(found) > 1 else None)
    if not all(verification.sound for verification in found.values()):
        raise SystemExit(1)


def as_fields(found: "Verification") -> Json:
    """What was found, ready for JSON; `cairn log verify --since` reads it again."""
    compared = found.compared
    return {
        "sound": found.sound,
        "events": found.events,
        "goals": found.goals,
        "first": found.first,
        "position": found.position,
        "missing": found.missing,
        "digest": found.digest,
        "digest_version": found.digest_version,
        "anchor": found.anchor._asdict(),
        "since": compared
        and {"position": compared.position, "digest_version": compared.version, "same": compared.same},
        "wrong": found.wrong,
        "findings": [_finding(each) for each in found.findings],
        "notes": [_finding(each) for each in found.notes],
    }


def _finding(finding: "Finding") -> Json:
    return {
        "kind": finding.kind,
        "position": finding.position,
        "subject": finding.subject,
        "detail": finding.detail,
    }


def _print(found: "Verification", stream: str | None) -> None:
    where = f"{stream}: " if stream else ""
    about = number_of(found.goals, "goal or plan", "goals and plans")
    counted = f"{number_of(found.events, 'event')} about {about}, up to position {found.position:,}."
    click.echo(where + counted)
    click.echo(f"Content digest (SHA-256, {found.digest_version}): {found.digest}")
    if found.compared is not None and found.compared.same:
        click.echo(_same(found.compared.position, found.compared.version))
    for each in found.notes:
        click.echo(printable(f"Note: {_sentence(each)}"))
    for each in found.findings:
        click.echo(printable(_sentence(each)))
    if found.wrong > len(found.findings):
        click.echo(f"And {found.wrong - len(found.findings):,} more.")
    click.echo("Nothing is wrong." if found.sound else _wrong(found.wrong))


def _same(position: int, version: str) -> str:
    same = f"Up to position {position:,} it is the log that was read before"
    return f"{same}, byte for byte." if version != "v1" else f"{same}, as far as v1 tells, which leaves out the times."


def _sentence(finding: "Finding") -> str:
    if finding.kind == "missing":  # which names its positions itself
        return finding.detail
    place = f" ({finding.subject})" if finding.subject else ":"
    return f"position {finding.position}{place} {finding.detail}"


def _wrong(count: int) -> str:
    return "1 thing is wrong." if count == 1 else f"{count:,} things are wrong."
