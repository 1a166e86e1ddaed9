"""`cairn serve`: one service as a process of its own."""

import gc
import logging
import os
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO

import click
from setproctitle import setproctitle

from events.errors import CairnError, first_of
from services.cli.lazy import Group
from services.cli.running import make_files_for_the_owner_alone, run_until_stopped

if TYPE_CHECKING:
    from services.settings import Settings

Serve = Callable[[Callable[[str], None]], Coroutine[Any, Any, None]]  # as asyncio runs it
_SERVICES_WITHOUT_OPTIONS = {
    "intake": "Run the intake service: it keeps what is submitted on `cairn.intake` until it is decided.",
    "reminders": "Run the reminders service: it gives a notice when a review is due, and another when it is overdue.",
    "access": "Run the access service: it keeps the record of who read what.",
    "gateway": "Run the gateway: HTTP, the pages, and the same reads over NATS.",
}
SERVICES = ("goals", "notary", *_SERVICES_WITHOUT_OPTIONS)
_STOP_SERVICE_SECONDS = 10.0
_nats_url = click.option("--nats-url", metavar="URL", help="The NATS server.  [CAIRN_NATS_URL]")
_database_url = click.option("--database-url", metavar="URL", help="The database.  [CAIRN_DATABASE_URL]")


@click.group(cls=Group)
def serve() -> None:
    """Run one service by itself, set up by CAIRN_ variables, until Ctrl-C or SIGTERM.

    It prints one line that starts with `ready` when it serves.
    """
    make_files_for_the_owner_alone()
    gc.disable()  # nothing that is imported from here on is garbage
    click.get_current_context().call_on_close(gc.enable)


def _service(name: str, does: str) -> click.Command:
    @click.command(name, help=does)
    @_nats_url
    def command(nats_url: str | None) -> None:
        run_service(name, _serving(name, settings=_settings(nats_url)))

    return command


for _name, _does in _SERVICES_WITHOUT_OPTIONS.items():
    serve.add_command(_service(_name, _does))


@serve.command()
@click.option(
    "--stream",
    "streams",
    multiple=True,
    metavar="NAME",
    help="Answer only the organisations that CAIRN_PLACEMENT puts on this stream; may be given again.  [all]",
)
@_nats_url
def goals(streams: tuple[str, ...], nats_url: str | None) -> None:
    """Run the goals service: it decides what is submitted, and records it in the log."""
    from services.goals.service import serve as serve_goals

    settings = _settings(nats_url)
    run_service("goals", lambda ready: serve_goals(settings, ready, streams))


@serve.command()
@click.option(
    "--stream",
    "streams",
    multiple=True,
    metavar="NAME",
    help="Sign only this stream of the log; may be given again.  [all]",
)
@_nats_url
def notary(streams: tuple[str, ...], nats_url: str | None) -> None:
    """Run the notary: it keeps the tree of the log, signs it, and answers with proofs.

    `cairn notary init` makes it, once. A line that starts with `notary` says that it has stopped signing.
    """
    from services.notary.service import serve as serve_notary

    settings = _settings(nats_url)
    run_service("notary", lambda ready: serve_notary(settings, ready, streams, tell=click.echo))


@serve.command()
@_nats_url
def background(nats_url: str | None) -> None:
    """Run intake, reminders and access in one process, as `cairn up` does.

    Each is on its own otherwise, as when it runs by itself. Lines that start with `log` say whether the database was
    built from another log than the present one.
    """
    run_service("background", _serving("background", settings=_settings(nats_url)))


@serve.command()
@click.argument("name")
@_nats_url
@_database_url
@click.option("--until-level", is_flag=True, help="End as soon as it is at the end of the log.")
def projection(name: str, nats_url: str | None, database_url: str | None, *, until_level: bool) -> None:
    """Run one projection: goal_state, audit_trail, review_schedule, or one that another package brings."""
    from projections.catalog import every_name

    if name not in every_name():
        raise click.UsageError(f"There is no projection “{name}”; there are {', '.join(every_name())}.")
    settings = _settings(nats_url, database_url=database_url)
    run_service(f"projection-{name}", _keeping_up((name,), settings, until_level=until_level))


@serve.command()
@_nats_url
@_database_url
def projections(nats_url: str | None, database_url: str | None) -> None:
    """Run goal_state, audit_trail and review_schedule in one process, as `cairn up` does.

    They read the log once, for all of them. Each is on its own otherwise, as when it runs by itself.
    """
    run_service("projections", _serving("projections", settings=_settings(nats_url, database_url=database_url)))


@serve.command()
@click.option(
    "--make-keys",
    is_flag=True,
    help="Make the callout's keys if there are none, print the public ones for the server's configuration, and end.",
)
@_nats_url
def auth(make_keys: bool, nats_url: str | None) -> None:
    """Run the auth callout: it admits clients of NATS by their access tokens.

    Its keys are in the file CAIRN_NATS_CALLOUT_KEYS, or callout.keys in the data folder.
    """
    settings = _settings(nats_url)
    if make_keys:
        from services.access.callout.keys import make_keys as made

        keys = made(settings.callout_keys_file)
        click.echo(f"CAIRN_NATS_CALLOUT_ISSUER={keys.issuer}\nCAIRN_NATS_CALLOUT_XKEY={keys.xkey}")
        return
    from services.access.callout.service import serve as serve_auth

    run_service("auth", lambda ready: serve_auth(settings, ready))


def run_as_fork(arguments: Sequence[str], settings: "Settings") -> int:
    """Run a service in a process that `cairn up` has forked. An error of Cairn ends it with one plain sentence.

    Args:
        arguments: What follows `cairn serve`; without options.
        settings: Those of the service. Neither they nor the command line are read again, which takes longer, and takes
            memory for each service; see :mod:`services.node.forking`.

    Returns:
        The exit code.
    """
    return _exit_code(lambda: run_service("-".join(arguments), _serving(*arguments, settings=settings)))


def _exit_code(run: Callable[[], None]) -> int:
    code = 0
    try:
        run()
    except* CairnError as refused:
        click.ClickException(str(first_of(refused))).show()
        code = 1
    return code


def _serving(kind: str, *names: str, settings: "Settings") -> Serve:
    """What serves, of a service that is run by settings alone."""
    if kind == "background":
        from services.node.background import serve as serve_background

        return lambda ready: serve_background(settings, ready, click.echo)
    if kind == "projections":
        from projections.catalog import NAMES

        return _keeping_up(NAMES, settings)
    if kind == "projection":
        return _keeping_up(names, settings)
    return lambda ready: import_module(f"services.{kind}.service").serve(settings, ready)


def _keeping_up(
    names: Sequence[str], settings: "Settings", *, until_level: bool = False, source: BinaryIO | None = None
) -> Serve:
    """What serves projections; several of them in one process, and beside it workers that catch up for them.

    Args:
        source: Where it comes from what another process has read of the log, for one that ends when it is level.
    """
    from events.log.handing_over import HandedOver
    from projections.catalog import projection_named
    from projections.engine.catching_up import can_catch_up_beside
    from projections.engine.service import serve as serve_projections
    from projections.engine.workers import Worker

    addresses = (settings.nats_address, settings.database_address)
    log = (settings.placement.streams, settings.log_api_prefix)
    found = [projection_named(each) for each in names]
    beside = len(found) > 1 and not until_level and can_catch_up_beside()
    workers = [Worker(partial(_catch_up, settings)) for _ in found] if beside else ()  # here, where is no thread yet
    handed_over = HandedOver(source) if source else None
    return lambda ready: serve_projections(
        *(found, *addresses, ready, *log), until_level=until_level, workers=workers, handed_over=handed_over
    )


def _catch_up(settings: "Settings", names: Sequence[str], source: BinaryIO | None) -> int:
    """Run projections in a worker until they are at the end of the log; its exit code."""
    setproctitle(" ".join(("cairn", "serve", "projection", *names, "--until-level")))
    serve = _keeping_up(names, settings, until_level=True, source=source)
    return _exit_code(lambda: run_service(f"projection-{names[0]}", serve))


def run_service(name: str, serve: Serve) -> None:
    """Run a service until a signal stops the process.

    Args:
        name: How it is called in traces.
        serve: Serves, and calls what it is given once it does, with a line to print.
    """
    from services.cli.time_zone_data import tell_if_outdated
    from services.cli.tracing import traced

    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level=logging.INFO)
    tell_if_outdated(logging.getLogger("cairn").warning)
    _collect_rarely()
    with traced(f"cairn-{name}", os.environ):
        run_until_stopped(lambda: serve(lambda line: click.echo(f"ready {line}")), _STOP_SERVICE_SECONDS)


def _collect_rarely() -> None:
    """Look for cyclic garbage among young objects only.

    Services keep many folded goals, none of them in a cycle. Walking them all again and again finds nothing and took a
    third of the goals service's time.
    """
    gc.set_threshold(5_000, 20, 1_000_000)
    gc.enable()


def _settings(nats_url: str | None, **given: str | None) -> "Settings":
    from services.cli.configuration import load_settings
    from services.cli.connection import nats_address

    settings = load_settings(**given)
    return settings.model_copy(update={"nats_url": nats_address(nats_url, settings)})
