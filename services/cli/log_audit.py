"""`cairn log audit`: compare what the notary has signed, and the projections, with the log read again."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from services.cli.connection import connected
from services.cli.parameters import database_url_option, json_option, nats_url_option
from services.cli.progress import SlowProgress

if TYPE_CHECKING:
    from events.log.client.resilient import ResilientClient
    from services.cli.projections_audit import ProjectionAudit
    from services.notary.stream_audit import StreamAudit

_STOP_AUDIT_SECONDS = 60.0
WITNESSED_WITHIN_MINUTES = 30
"""How old the cosignatures of the newest checkpoint may be by default; witnesses give new ones every ten minutes."""


@dataclass(slots=True)
class Audit:
    """What an audit has found.

    Attributes:
        streams: Of each stream of the log that could be audited.
        projections: Of each projection that is live.
        unknown: What could not be found out, each in a sentence.
        complete: Whether it came to its end.
    """

    streams: "dict[str, StreamAudit]" = field(default_factory=dict)
    projections: "list[ProjectionAudit]" = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    complete: bool = False

    @property
    def wrong(self) -> list[str]:
        """What is wrong, each in a sentence; what is about several streams names its own."""
        several = len(self.streams) > 1
        return [
            *(
                f"{stream}: {each}" if several else each
                for stream, audit in self.streams.items()
                for each in audit.wrong
            ),
            *(each.wrong for each in self.projections if each.wrong),
        ]

    @property
    def code(self) -> int:
        """The exit code: 0 for sound, 1 for wrong, 2 where nothing is wrong as far as could be found out."""
        return 1 if self.wrong else 2 if self.unknown else 0


@click.command()
@click.option(
    "--since",
    metavar="POSITION",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Read the log again from this position on only. What was signed before it is taken as the tiles have it.",
)
@click.option(
    "--witnessed-within",
    metavar="MINUTES",
    type=click.IntRange(min=1),
    default=WITNESSED_WITHIN_MINUTES,
    show_default=True,
    help="How old the cosignatures of the newest checkpoint may be.",
)
@click.option("--without-projections", is_flag=True, help="Do not build the projections anew to compare them.")
@database_url_option
@json_option
@nats_url_option
def audit(
    since: int,
    witnessed_within: int,
    without_projections: bool,
    database_url: str | None,
    as_json: bool,
    nats_url: str | None,
) -> None:
    """Compare what the notary has signed with the log: an event changed behind the notary's back is found only so.

    Reads the log again and makes each leaf of the signed tree anew, up to the newest published checkpoint. Says how far
    is signed, and who witnessed it when. Then builds each projection anew beside the live one and compares them.

    The exit code is 0 when all is as it was signed, 1 when something is wrong, and 2 when nothing is wrong as far as
    could be found out, but not all could: no notary answers, it waits for its witnesses, or nothing is signed yet.
    """
    from services.cli.audit_report import print_audit, print_audit_as_json
    from services.cli.running import run_until_stopped

    found = Audit()
    within = timedelta(minutes=witnessed_within)
    run_until_stopped(
        lambda: _audit(found, nats_url, since, within, database_url, projections=not without_projections),
        _STOP_AUDIT_SECONDS,
    )
    if not found.complete:
        click.echo("Interrupted: what was not read again is not known.", err=True)
        raise click.exceptions.Exit(2)
    if as_json:
        print_audit_as_json(found)
    else:
        print_audit(found)
    raise click.exceptions.Exit(found.code)


async def _audit(
    found: Audit, nats_url: str | None, since: int, within: timedelta, database_url: str | None, *, projections: bool
) -> None:
    from services.cli.database import open_tables
    from services.cli.projections_audit import audit_projections

    try:
        await _audit_streams(found, nats_url, since, within)
        if projections:
            with open_tables(database_url) as engine:
                found.projections = await audit_projections(engine, nats_url)
            if not found.projections:
                found.unknown.append("No projection is live in the database, so none could be compared.")
    except click.UsageError:
        raise
    except click.ClickException as error:  # no server, or no database
        found.unknown.append(error.message)
    found.unknown += [each.unknown for each in found.projections if each.unknown]
    found.complete = True


async def _audit_streams(found: Audit, nats_url: str | None, since: int, within: timedelta) -> None:
    from services.cli.configuration import load_settings

    async with connected(nats_url) as nc:
        for stream in load_settings().placement.streams:
            await _audit_stream(found, nc, stream, since, within)


async def _audit_stream(found: Audit, nc: "ResilientClient", stream: str, since: int, within: timedelta) -> None:
    from events.log import Log, LogUnreachable
    from events.log.anchor import LogReplaced
    from events.log.bounded_reading import RestUnread
    from services.notary.asking import AskedNotary, NotaryRefused, NotarySilent
    from services.notary.stream_audit import audit_stream

    async with AsyncExitStack() as stack:
        log = Log(nc, stream)
        stack.push_async_callback(log.close)
        progress = stack.enter_context(SlowProgress("comparing the log, positions"))
        try:
            found.streams[stream] = await audit_stream(
                log, AskedNotary(nc, stream), since=since, witnessed_within=within, progress=progress.reach
            )
            found.unknown += found.streams[stream].unknown
        except (LogReplaced, LogUnreachable, NotaryRefused, NotarySilent, RestUnread) as error:
            found.unknown.append(str(error))
