"""`cairn up`: start a whole Cairn with one command."""

import asyncio
import errno
import gc
from pathlib import Path

import click

from services.cli.running import make_files_for_the_owner_alone, run_until_stopped

_STOP_NODE_SECONDS = 60.0


@click.command()
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="The data folder: the log, SQLite, keys, log files.  [CAIRN_DATA_DIR, .cairn]",
)
@click.option("--nats-port", type=click.IntRange(0, 65535), help="Where nats-server listens.  [CAIRN_NATS_PORT, 4222]")
@click.option("--http-port", type=click.IntRange(0, 65535), help="Where the gateway listens.  [CAIRN_HTTP_PORT, 8080]")
@click.option("--nats-url", metavar="URL", help="Use this NATS server and start none.  [CAIRN_NATS_URL]")
@click.option(
    "--database-url",
    metavar="URL",
    help="The database of the projections.  [CAIRN_DATABASE_URL, SQLite in the data folder]",
)
@click.option("--no-sample", is_flag=True, help="Leave an empty log empty.  [CAIRN_SAMPLE=false]")
def up(
    data_dir: Path | None,
    nats_port: int | None,
    http_port: int | None,
    nats_url: str | None,
    database_url: str | None,
    no_sample: bool,
) -> None:
    """Start everything on this machine: an embedded nats-server, every service, SQLite. Ctrl-C ends it.

    One line that starts with `ready` names the addresses. If a port is taken, the next free one is used.
    """
    gc.disable()  # nothing that is imported is garbage; what would be freed leaves holes for each fork to fill
    from services.cli.configuration import load_settings
    from services.cli.serve import run_as_fork
    from services.cli.time_zone_data import tell_if_outdated
    from services.node.forking import Forks
    from services.node.node import run_node

    make_files_for_the_owner_alone()
    settings = load_settings(
        data_dir=data_dir,
        nats_port=nats_port,
        http_port=http_port,
        nats_url=nats_url,
        database_url=database_url,
        sample=False if no_sample else None,
    )
    tell_if_outdated(_say)
    forks = Forks(run_as_fork)
    # Not by uvloop, which its forks begin with anew: it would find there what a loop before theirs has left.
    run_until_stopped(lambda: run_node(settings, say=_say, ready=_tell, forks=forks), _STOP_NODE_SECONDS, asyncio.run)


def _say(line: str) -> None:
    _tell(line, err=True)


def _tell(line: str, *, err: bool = False) -> None:
    """Print a line. Where it goes to a full disk, it is lost; the node and its services go on."""
    try:
        click.echo(line, err=err)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
