"""`cairn bench`: how fast Cairn is on this machine, beside its peers."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.http_requests import IN_ORDER as HTTP_CHOICES
from bench.http_requests import REQUESTS as HTTP_REQUESTS
from bench.peers import LIVE as LIVE_PEERS
from bench.peers import NAMES as PEERS
from bench.peers import PROJECTIONS as PROJECTION_PEERS
from bench.peers import READERS
from bench.proof_parts import PARTS as PROOF_PARTS
from bench.start_parts import PARTS as START_PARTS
from services.cli.lazy import Group
from services.cli.parameters import json_option

if TYPE_CHECKING:
    from bench.options import Stage
    from bench.result import Result

_DISK_BYTES_TO_ANNOUNCE = 10**9
_Command = Callable[..., Any]  # a command's callback, whatever it takes


@click.group(cls=Group)
def bench() -> None:
    """Measure how fast Cairn is on this machine, on a server that is started for it and removed afterwards.

    Figures come with the machine, the server's version and its sync mode. Where there are peers, they are measured in
    the same run. docs/performance.md says what is in and what is out of each figure.
    """


def _seconds(default: float) -> Callable[[_Command], _Command]:
    length = click.FloatRange(0, 600, min_open=True)
    return click.option("--seconds", type=length, default=default, show_default=True, help="Length of a run.")


def _many(name: str, default: int | None, what: str, *, field: str | None = None) -> Callable[[_Command], _Command]:
    number = click.IntRange(1, 10_000_000)
    called = (f"--{name}", field or name.replace("-", "_"))
    return click.option(*called, type=number, default=default, show_default=default is not None, help=what)


def _at_once(name: str, what: str, default: tuple[int, ...] = (1, 16, 64, 256)) -> Callable[[_Command], _Command]:
    return click.option(
        f"--{name}",
        type=click.IntRange(1, 4096),
        multiple=True,
        default=default,
        show_default=True,
        help=f"{what}; may be given several times, for one case each.",
    )


def _bounds(command: _Command) -> _Command:
    return _seconds(5.0)(_many("count", None, "End each run after so many, if that is sooner.")(command))


def _against(command: _Command) -> _Command:
    folder = click.Path(exists=True, file_okay=False, path_type=Path)
    what = "The checkout of another build, with its own .venv, to take turns with."
    return click.option("--against", type=folder, help=what)(command)


def _common(command: _Command) -> _Command:
    for option in (
        json_option,
        click.option(
            "--directory",
            type=click.Path(exists=True, file_okay=False, path_type=Path),
            help="Where the server's data goes meanwhile: on the disk to be measured.  [the temporary directory]",
        ),
        click.option(
            "--runs",
            type=click.IntRange(1, 100),
            default=3,
            show_default=True,
            help="Runs of each case; the median counts.",
        ),
    ):
        command = option(command)
    return command


@bench.command()
@_at_once("clients", "Requests in flight")
@_many("goals", 1000, "Active goals that the entries go round.")
@_bounds
@_common
def submit(**options: object) -> None:
    """The whole path by NATS request/reply: client, goals service and server, over plain js.publish."""
    _run("submit", "SubmitOptions", options)


@bench.command()
@_at_once("writers", "Writers at once")
@click.option(
    "--peer",
    "peers",
    type=click.Choice(PEERS),
    multiple=True,
    default=PEERS,
    help="Peer to measure beside; may be given several times.  [all that are available]",
)
@_bounds
@_common
def append(**options: object) -> None:
    """The log alone: events of 300 bytes with optimistic concurrency, over what would be used instead."""
    _run("append", "AppendOptions", options)


@bench.command()
@_many("from", 100_000, "Events in the small log, about.", field="smaller")
@_many("to", 5_000_000, "Events in the large log, about.", field="larger")
@_at_once("writers", "Writers at once", (64, 256))
@_bounds
@_common
def growth(**options: object) -> None:
    """Appends to a large log, over appends to a small one."""
    _run("growth", "GrowthOptions", options)


@bench.command()
@_many("events", 100_000, "Events in the log, about.")
@_bounds
@_common
def load(**options: object) -> None:
    """The history of one goal of 20 events out of many: from memory, through its snapshot, from the log."""
    _run("load", "LoadOptions", options)


@bench.command()
@click.option(
    "--cached-goals",
    type=click.IntRange(1, 1_000_000),
    multiple=True,
    default=(10_000, 100_000),
    show_default=True,
    help="Goals that the service may keep; may be given several times, for one group of cases each.",
)
@_against
@_common
def memory(**options: object) -> None:
    """What the goals service's memory of goals costs, by the setting that bounds it."""
    _run("memory", "MemoryOptions", options)


def _databases(default: tuple[str, ...]) -> Callable[[_Command], _Command]:
    return click.option(
        "--database",
        "databases",
        type=click.Choice(("sqlite", "postgresql")),
        multiple=True,
        default=default,
        show_default=True,
        help="Where projections are built and views are counted; may be given several times.",
    )


@bench.command()
@_many("events", 200_000, "Events in the log, about.")
@click.option("--projection", "projections", multiple=True, help="One to build; may be given several times.  [all]")
@_databases(("sqlite", "postgresql"))
@click.option(
    "--peer",
    "peers",
    type=click.Choice(PROJECTION_PEERS),
    multiple=True,
    default=PROJECTION_PEERS,
    help="Peer to measure beside goal_state; may be given several times.  [all that are available]",
)
@_many("peer-events", 20_000, "Events that the peers catch up with, about.")
@click.option("--together/--alone", default=True, help="Whether to build all of them at once, too.  [--together]")
@_common
def rebuild(**options: object) -> None:
    """Each projection from position 0, and all at once, over what would be used instead."""
    if not options["projections"]:
        del options["projections"]
    _run("rebuild", "RebuildOptions", options)


@bench.command("rebuild-growth")
@_many("from", 100_000, "Events in the small log, about.", field="smaller")
@_many("to", 2_000_000, "Events in the large log, about.", field="larger")
@click.option("--projection", default="goal_state", show_default=True, help="Which one.")
@_databases(("sqlite",))
@_common
def rebuild_growth(**options: object) -> None:
    """A rebuild from a large log over one from a small log: the rate, and the memory."""
    _run("rebuild_growth", "RebuildGrowthOptions", options)


@bench.command()
@_many("rate", 500, "Entries each second.")
@_seconds(10.0)
@_many("goals", 1000, "Active goals that the entries go round.")
@_many("read-every", 10, "Read one entry of so many over HTTP.")
@_common
def lag(**options: object) -> None:
    """From recorded to visible: in the projection, and over HTTP with min_position."""
    _run("lag", "LagOptions", options)


@bench.command("http")
@_at_once("connections", "Connections that stay open, each with one request at a time", (1, 8, 32, 64))
@click.option(
    "--request",
    "requests",
    type=click.Choice(HTTP_CHOICES),
    multiple=True,
    default=HTTP_REQUESTS,
    help="What is asked; may be given several times, for one group of cases each.  [all but the pages]",
)
@_many("goals", 1000, "Active goals of 20 events that the requests go round.")
@_many("patients", None, "Go round a clinic of so many patients with three long diaries each instead.")
@_many("events", 200_000, "About how many events that clinic has.")
@click.option(
    "--entries",
    type=click.IntRange(1, 1_000_000),
    multiple=True,
    default=(20, 100, 6000),
    show_default=True,
    help="Diary entries of a goal that is read by itself; may be given several times.",
)
@_against
@click.option(
    "--peer",
    "peers",
    type=click.Choice(READERS),
    multiple=True,
    default=READERS,
    help="Server to read beside; may be given several times.  [all that are available]",
)
@click.option("--datasette", default="datasette", show_default=True, help="The command that runs Datasette.")
@_bounds
@_common
def over_http(**options: object) -> None:
    """What the gateway answers over HTTP, with a token and with a record of each reading."""
    _run("http", "HttpOptions", options)


@bench.command()
@_many("rate", 500, "Submissions each second in the case of a steady rate.")
@_at_once("clients", "Requests in flight")
@_many("goals", 1000, "Active goals that the entries go round.")
@_against
@click.option(
    "--peer",
    "peers",
    type=click.Choice(LIVE_PEERS),
    multiple=True,
    default=LIVE_PEERS,
    help="Peer to measure beside; may be given several times.  [all that are available]",
)
@click.option(
    "--minutes",
    type=click.FloatRange(0, 24 * 60, min_open=True),
    help="Measure instead whether so many minutes of the same load end as they began.",
)
@_bounds
@_common
def whole(**options: object) -> None:
    """The whole installation while everything is live, as `cairn up` runs it, and what its processes take."""
    _run("whole", "WholeOptions", options)


@bench.command()
@click.option(
    "--events",
    type=click.IntRange(1, 10_000_000),
    multiple=True,
    default=(30_000, 300_000),
    show_default=True,
    help="Events in a log, about; may be given several times.",
)
@click.option(
    "--part",
    "parts",
    type=click.Choice(START_PARTS),
    multiple=True,
    default=START_PARTS,
    help="What is measured; first builds always are; may be given several times.  [all]",
)
@click.option(
    "--rest",
    "rest_seconds",
    type=click.FloatRange(0, 600, min_open=True),
    default=10.0,
    show_default=True,
    help="Seconds of nothing before one looks at the memory at rest.",
)
@_databases(("sqlite", "postgresql"))
@_against
@_bounds
@_common
def start(**options: object) -> None:
    """Starting a whole Cairn over logs of several sizes: the first build, a restart, memory, and what grows."""
    _run("start", "StartOptions", options)


@bench.command()
@click.option(
    "--part",
    "parts",
    type=click.Choice(PROOF_PARTS),
    multiple=True,
    default=PROOF_PARTS,
    help="What is measured; may be given several times.  [all]",
)
@_many("leaves", 200_000, "Leaves of the tree alone.")
@_many("events", 60_000, "Events in the log that a notary catches up with, about.")
@_many("from", 50_000, "Leaves of the small tree in which one event is proven.", field="smaller")
@_many("to", 5_000_000, "Leaves of the large tree.", field="larger")
@_many("exported", 10_000, "Events of an export that is checked, about.")
@_many("clients", 64, "Submissions in flight beside a notary.")
@_many("goals", 1000, "Active goals that they go round.")
@click.option(
    "--judge",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The Python of an environment with aics-tlog, whose check of the same proofs an export's is measured by.",
)
@_against
@_bounds
@_common
def proof(**options: object) -> None:
    """What it costs that a stranger can check the log: the tree, catching up, one proof, a check, submissions."""
    _run("proof", "ProofOptions", options)


@bench.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE…", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
def marks(files: tuple[Path, ...]) -> None:
    """How results that --json has printed stand against what is asked of Cairn (docs/performance.md)."""
    from pydantic import ValidationError

    from bench.marks import COLUMNS, Saved, rows
    from services.cli.printing import print_table

    saved = []
    for file in files:
        try:
            saved.append(Saved.model_validate_json(file.read_bytes()))
        except ValidationError:
            raise click.ClickException(f"{file} is not what `cairn bench … --json` prints.") from None
    print_table(COLUMNS, rows(saved))


def _run(name: str, options_class: str, given: dict[str, object]) -> None:
    from services.cli.printing import print_json

    as_json = given.pop("as_json")
    benchmark = import_module(f"bench.{name}")
    options = getattr(benchmark, options_class).model_validate(given)
    if options.disk_bytes >= _DISK_BYTES_TO_ANNOUNCE:
        click.echo(f"This takes about {options.disk_bytes / 1e9:.1f} GB of the disk for as long as it runs.", err=True)
    try:
        result = asyncio.run(_ended_by_sigterm(benchmark.run(options, _stages)))
    except asyncio.CancelledError:
        raise click.Abort from None
    if as_json:
        print_json(result.model_dump(mode="json"))
    else:
        _print(result)


async def _ended_by_sigterm(measuring: Awaitable["Result"]) -> "Result":
    """Let SIGTERM end a benchmark as Ctrl-C does: its processes end, and its directory is removed."""
    task = asyncio.ensure_future(measuring)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


def _stages(what: str, total: int) -> "AbstractContextManager[Stage]":
    from services.cli.progress import SlowProgress

    return SlowProgress(what, total)


def _print(result: "Result") -> None:
    from bench.table import COLUMNS, PROCESS_COLUMNS, closing, heading, process_rows, rows
    from services.cli.printing import print_table

    click.echo(heading(result))
    print_table(COLUMNS, rows(result), wide=("Case",))
    if processes := list(process_rows(result)):
        print_table(PROCESS_COLUMNS, processes)
    for line in closing(result):
        click.echo(line)
