"""`cairn projections status`: how each projection is doing, once or until Ctrl-C."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from services.cli.connection import connected
from services.cli.parameters import json_option, nats_url_option
from services.cli.printing import Json, print_json, print_table, printable, table
from services.cli.reading import read

if TYPE_CHECKING:
    from rich.table import Table

_STOP_WATCH_SECONDS = 10.0
Show = Callable[[Json], None]


@click.command()
@click.option("--watch", is_flag=True, help="Show it again and again until Ctrl-C; with --json one line each time.")
@click.option(
    "--every",
    metavar="SECONDS",
    type=click.FloatRange(min=0.1),
    default=1.0,
    show_default=True,
    help="How often, with --watch.",
)
@json_option
@nats_url_option
def status(nats_url: str | None, as_json: bool, watch: bool, every: float) -> None:
    """Show each projection's position in the log, how far it is behind in events and seconds, its rate, what is in
    quarantine, what is being built beside, and the last trouble since its service began: `over`, where the projection
    has come to the end of the log since.

    In the state `log replaced` the tables were built from another log, and no event is projected: see
    `cairn log adopt`.
    """
    if watch:
        from services.cli.running import run_until_stopped

        with _shown(as_json) as show:
            run_until_stopped(lambda: _watch(nats_url, every, show), _STOP_WATCH_SECONDS)
        return
    found = asyncio.run(_status(nats_url))
    if as_json:
        print_json(found)
    else:
        print_table(*columns_and_rows(found), wide=_WIDE)


async def _status(nats_url: str | None) -> Json:
    async with connected(nats_url) as nc:
        return await read(nc, "/v1/projections")


async def _watch(nats_url: str | None, every: float, show: Show) -> None:
    """Show each answer. After the first one, wait while nothing answers."""
    answered = False
    async with connected(nats_url) as nc:
        while True:
            try:
                show(await read(nc, "/v1/projections"))
                answered = True
            except click.ClickException as trouble:
                if not answered:
                    raise
                click.echo(trouble.message, err=True)
            await asyncio.sleep(every)


@contextmanager
def _shown(as_json: bool) -> Iterator[Show]:
    """Show JSON lines, or a table that stays in its place on a terminal."""
    if as_json:
        yield lambda found: print_json(found, indent=None)
    elif sys.stdout.isatty():
        from rich.live import Live

        with Live(auto_refresh=False) as live:
            yield lambda found: live.update(_table(found), refresh=True)
    else:
        yield lambda found: print_table(*columns_and_rows(found), wide=_WIDE)


_WIDE = ("Last trouble",)
_COLUMNS = (
    *("Projection", "State", "Position", "Head", "Behind", "Seconds", "Events/s", "Quarantine", "Being built"),
    "Last trouble",
)


def _table(found: Json) -> "Table":
    return table(*columns_and_rows(found), wide=_WIDE)


def columns_and_rows(found: Json) -> tuple[tuple[str, ...], list[list[object]]]:
    """The answer of `/v1/projections` as a table; where there are several streams, each has its rows."""
    several = len({each["stream"] for each in found["items"]}) > 1
    columns = ("Projection", "Stream", *_COLUMNS[1:]) if several else _COLUMNS
    return columns, [[each["name"], *([each["stream"]] if several else []), *_cells(each)] for each in found["items"]]


def _cells(status: Json) -> Iterator[object]:
    yield status["state"].replace("_", " ")
    for name in ("position", "head"):
        yield f"{status[name]:,}"
    # Of two logs, none is so and so far behind the other.
    yield "?" if status["lag"] is None or status["state"] == "log_replaced" else f"{status['lag']:,}"
    yield "?" if status["lag_seconds"] is None or status["state"] == "log_replaced" else f"{status['lag_seconds']:,.1f}"
    yield f"{status['rate']:,.0f}"
    yield f"{status['quarantined']:,}"
    building = status["building"]
    yield f"version {building['version']}: {building['percent']} %" if building else ""
    yield _last_trouble(status)


def _last_trouble(status: Json) -> str:
    """Nothing becomes live as long as there is trouble; it stays noted, as most is over before anybody looks."""
    if not status["last_error"]:
        return ""
    over = "over: " if status["state"] == "live" else ""
    return f"{over}{printable(status['last_error_at'])[:19]} {status['last_error']}"
