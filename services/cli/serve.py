"""`cairn serve`: one service as a process of its own."""

import gc
import logging
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from services.cli.running import run_until_stopped

if TYPE_CHECKING:
    from services.settings import Settings

SERVICES = ("goals", "intake", "reminders", "gateway")
_STOP_SECONDS = 10.0


@click.group()
def serve() -> None:
    """Run one service by itself, set up by CAIRN_ variables, until Ctrl-C or SIGTERM.

    It prints one line that starts with `ready` when it serves.
    """


def _service(name: str) -> click.Command:
    @click.command(name, help=f"Run the {name} service.")
    @click.option("--nats-url", metavar="URL", help="The NATS server.  [CAIRN_NATS_URL]")
    def command(nats_url: str | None) -> None:
        settings = _settings(nats_url)
        _run(lambda ready: import_module(f"services.{name}.service").serve(settings, ready))

    return command


for _name in SERVICES:
    serve.add_command(_service(_name))


@serve.command()
@click.argument("name")
@click.option("--nats-url", metavar="URL", help="The NATS server.  [CAIRN_NATS_URL]")
@click.option("--database-url", metavar="URL", help="The database.  [CAIRN_DATABASE_URL]")
def projection(name: str, nats_url: str | None, database_url: str | None) -> None:
    """Run one projection: goal_state, audit_trail or review_schedule."""
    from projections.catalog import NAMES
    from projections.engine.service import serve as serve_projection

    if name not in NAMES:
        raise click.UsageError(f"There is no projection “{name}”; there are {', '.join(NAMES)}.")
    settings = _settings(nats_url, database_url=database_url)
    _run(lambda ready: serve_projection(name, settings.nats_address, settings.database_address, ready))


def _run(serve: Callable[[Callable[[str], None]], Coroutine[Any, Any, None]]) -> None:  # as asyncio runs it
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level=logging.INFO)
    _collect_rarely()
    run_until_stopped(lambda: serve(lambda line: click.echo(f"ready {line}")), _STOP_SECONDS)


def _collect_rarely() -> None:
    """Look for cyclic garbage among young objects only.

    Services keep many folded goals, none of them in a cycle. Walking them all again and again finds nothing and took a
    third of the goals service's time.
    """
    gc.set_threshold(5_000, 20, 1_000_000)


def _settings(nats_url: str | None, **given: str | None) -> "Settings":
    from services.cli.configuration import load_settings
    from services.cli.connection import nats_address

    return load_settings(**given).model_copy(update={"nats_url": nats_address(nats_url)})
