"""Prints what an audit of the log has found: for people, or as JSON."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from services.cli.printing import Json, number_of, print_json, printable

if TYPE_CHECKING:
    from services.cli.log_audit import Audit
    from services.cli.projections_audit import ProjectionAudit
    from services.notary.auditing import LeafComparison
    from services.notary.requests import WitnessStatus
    from services.notary.stream_audit import StreamAudit


def print_audit(audit: "Audit") -> None:
    """Print what was found; what is wrong comes last, the first thing first."""
    for stream, found in audit.streams.items():
        click.echo(printable(f"{stream}: {_signed(found)}"))
        for line in (*_compared(found.leaves), *_witnessed(found)):
            click.echo(printable(line))
    for projection in audit.projections:
        if projection.rebuilt is not None:
            click.echo(_rebuilt(projection))
    for sentence in audit.unknown:
        click.echo(printable(f"Not known: {sentence}"))
    for sentence in audit.wrong:
        click.echo(printable(f"Wrong: {sentence}"))
    if not audit.code:
        click.echo("All is as it was signed.")


def print_audit_as_json(audit: "Audit") -> None:
    """Print the whole result as one JSON object."""
    print_json(
        {
            "sound": audit.code == 0,
            "wrong": audit.wrong,
            "unknown": audit.unknown,
            "streams": [_stream_as_json(stream, found) for stream, found in audit.streams.items()],
            "projections": [each.as_json for each in audit.projections],
        }
    )


def _signed(found: "StreamAudit") -> str:
    status = found.status
    if status.size is None or status.root is None:
        return f"nothing is signed; the log goes up to position {found.head:,}."
    at = f" at {status.signed_at:%Y-%m-%d %H:%M:%S} UTC" if status.signed_at else ""
    return (
        f"signed up to position {status.size:,} of {found.head:,}{at}, as {status.origin},"
        f" with the root {_base64(status.root)}."
    )


def _compared(leaves: "LeafComparison | None") -> Iterator[str]:
    if leaves is None:
        return
    last = leaves.since - 1 + leaves.compared
    holes = f"; {leaves.holes:,} of them hold no event, as when they were signed" if leaves.holes else ""
    yield f"Read again and compared: positions {leaves.since:,} to {last:,}{holes}."


def _witnessed(found: "StreamAudit") -> Iterator[str]:
    from services.notary.stream_audit import in_words

    now = datetime.now(UTC)
    if found.witnessed_at is not None:
        yield (
            f"Witnessed {in_words(now - found.witnessed_at)} ago, up to position {found.checkpoint.size:,}"
            f" (the policy asks for {found.status.quorum})."
        )
    elif not found.status.witnesses:
        yield "Nobody witnesses it: the policy names no witness."
    for witness in found.status.witnesses:
        yield f"Witness {witness.name}: {_said(witness, now)}"


def _said(witness: "WitnessStatus", now: datetime) -> str:
    from services.notary.stream_audit import in_words

    if witness.cosigned_size is None or witness.cosigned_at is None:
        said = "has cosigned nothing yet."
    else:
        said = f"up to position {witness.cosigned_size:,}, {in_words(now - witness.cosigned_at)} ago."
    return f"{said} {witness.trouble}" if witness.trouble else said


def _rebuilt(projection: "ProjectionAudit") -> str:
    if projection.wrong or projection.unknown or projection.rebuilt is None:
        return f"Projection {projection.name}: not as the log leads to."
    rows = sum(table.next_rows for table in projection.rebuilt.comparison.tables)
    return f"Projection {projection.name}: {number_of(rows, 'row is', 'rows are')} as a rebuild makes them."


def _stream_as_json(stream: str, found: "StreamAudit") -> Json:
    leaves = found.leaves
    return {
        "stream": stream,
        "wrong": list(found.wrong),
        "head": found.head,
        "notary": found.status.model_dump(mode="json"),
        "published": {
            "origin": found.checkpoint.origin,
            "size": found.checkpoint.size,
            "root": _base64(found.checkpoint.root),
        },
        "witnessed_at": found.witnessed_at.isoformat() if found.witnessed_at else None,
        "leaves": leaves
        and {
            "since": leaves.since,
            "compared": leaves.compared,
            "holes": leaves.holes,
            "missing": leaves.missing,
            "changed": leaves.changed,
            "gone": leaves.gone,
            "added": leaves.added,
            "lost": leaves.lost,
            "first": leaves.first and leaves.first._asdict(),
            "log_is_signed": leaves.log_is_signed,
            "tiles_are_signed": leaves.tiles_are_signed,
        },
    }


def _base64(joined: bytes) -> str:
    return base64.b64encode(joined).decode()
