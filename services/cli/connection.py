"""How commands reach a running Cairn: only by NATS, at the address that is given, set, or written by `cairn up`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from events.log.client.resilient import ResilientClient
    from services.settings import Settings


def nats_address(given: str | None, settings: "Settings") -> str:
    """The NATS address: the one given, else the one set, else that of a running node, else the default."""
    from services.node.address import read_address, without_secret

    named, node = given or settings.nats_url, read_address(settings.data_dir)
    if named is None:
        return node.nats_url if node else settings.nats_address
    # The server of the node that runs here, named without its token.
    return node.nats_url if node and named == without_secret(node.nats_url) else named


@asynccontextmanager
async def connected(nats_url: str | None) -> AsyncIterator["ResilientClient"]:
    """A connection to a running Cairn.

    Raises:
        click.ClickException: no server answers at the address, or it does not let the command in; the message says
            where the command looked for one, and what to do.
    """
    from events.log import connect
    from events.log.client.address import read_address
    from events.log.client.connection import NotAdmitted, NotReachable
    from services.cli.configuration import load_settings

    settings = load_settings()
    address = nats_address(nats_url, settings)
    try:
        nc = await connect(address, name="cairn command", log_api=settings.log_api_prefix)
    except NotReachable:
        raise click.ClickException(
            f"{_looked_in(nats_url, settings)}No NATS server answers at {read_address(address)}. Start Cairn with"
            " `make run` or `cairn up`; or name the data folder of one that runs with CAIRN_DATA_DIR, or its address"
            " with --nats-url."
        ) from None
    except NotAdmitted as refused:
        raise click.ClickException(f"{_found_in(settings)}{refused}") from None
    try:
        yield nc
    finally:
        await nc.close()


def _looked_in(given: str | None, settings: "Settings") -> str:
    """The data folder in which a command found no running node, for one that was given no address; else nothing."""
    from services.node.address import read_address

    if given or settings.nats_url or read_address(settings.data_dir):
        return ""
    return _found_in(settings)


def _found_in(settings: "Settings") -> str:
    """Which node runs on the data folder: the token of another one than that is not found there."""
    from services.node.address import read_address, without_secret

    folder = settings.data_dir.absolute()
    node = read_address(settings.data_dir)
    if node is None:
        return f"No `cairn up` runs on the data folder {folder}. "
    return f"The `cairn up` on the data folder {folder} is at {without_secret(node.nats_url)}. "
