"""A whole Cairn from one command: the embedded server, then every service, kept running until it is told to stop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Literal

from events.errors import CairnError
from events.log import connect
from events.log.client.resilient import ResilientClient
from events.log.placing import place
from projections.catalog import brought_names
from projections.engine.database import open_database
from services.access.issuer.signing_key import signing_key
from services.embedded_server import EmbeddedServer
from services.gateway.edge.host_names import allowed_hosts
from services.gateway.goals_health import GoalsHealthCheck
from services.node.address import NodeAddress, remove_address, write_address
from services.node.compared_log import ComparedLog
from services.node.forking import Forks
from services.node.full_disk import heeding_a_full_disk
from services.node.lock import UnusableFolder, locked
from services.node.other_log import what_to_do
from services.node.ports import free_port
from services.node.process import ServiceProcess
from services.node.sample import load_sample, shown_goal
from services.node.server import running_server
from services.node.sign_in import CLINICIAN_OF_THE_SAMPLE, SIGNED_IN_SECONDS, Link, make_link
from services.node.welcome import how_to_look, ready_line, things_to_try
from services.notary.errors import TOLD
from services.sample.load import SampleKeptBack
from services.settings import Settings

Say = Callable[[str], None]
_NOT_READY_NOTICE_SECONDS = 10.0
_TOLD_SECONDS = 10.0
"""How long is waited for what a goals service misses in the log; it says so every few seconds."""
_BACKGROUND = ("background",)
_SERVICES = (("goals",), ("gateway",))


async def run_node(settings: Settings, say: Say, ready: Say, forks: Forks) -> None:
    """Run until cancelled; then end the services, and nats-server after them.

    Args:
        say: Called with each line that a person should know.
        ready: Called with the ready line, and with each line of what to try next.
        forks: Starts the services.

    Raises:
        CairnError: what keeps the node from starting.
    """
    usual_place = settings.data_dir == Settings.model_fields["data_dir"].default
    settings = settings.model_copy(update={"data_dir": settings.data_dir.absolute()})
    logs = settings.data_dir / "logs"
    _make_folders(settings.data_dir, logs)
    allowed_hosts(settings.http_host, settings.http_hosts, settings.public_url)  # one that is missing is told here
    open_database(settings.database_address).dispose()  # an address that is not valid is refused here, with a sentence
    async with AsyncExitStack() as stack:
        lock = await stack.enter_async_context(locked(settings.data_dir))
        if settings.oidc_issuer is None:
            signing_key(settings.data_dir)
        # The server's process comes first, and gets ready while this one imports.
        (nats_url, server), _ = await asyncio.gather(_nats(settings, lock, stack, say), forks.prepare())
        settings = settings.model_copy(update={"nats_url": nats_url})
        settings = settings.model_copy(update={"http_port": _port(settings.http_host, settings.http_port, say)})
        nc = await _connected(settings, stack)
        # Found before the services are ready, which may take an operator's command. Found no longer before they end, so
        # that whoever starts this Cairn again waits until they have ended.
        with _found_by_commands(settings) as address:
            await stack.enter_async_context(heeding_a_full_disk(server, nc, settings.placement.streams, say))
            await place(nc, settings.placement, settings.log_replicas)
            log = ComparedLog(say)

            def hear(line: str) -> None:
                if line.startswith(TOLD):
                    say(line)
                log.hear(line)

            background = ServiceProcess(_BACKGROUND, settings, logs, say, forks, hear)
            keeping = await stack.enter_async_context(_kept([background]))
            await _until({background: log.compared}, keeping, say)
            projections = [("projections",), *(("projection", name) for name in brought_names())]
            # Projections that find the log replaced say so, and keep the goals service from recording: so they come
            # first.
            for together in (projections, _SERVICES) if log.found else ((*_SERVICES, *projections),):
                services = [ServiceProcess(each, settings, logs, say, forks) for each in together]
                keeping += await stack.enter_async_context(_kept(services))
                await _until({service: service.ready for service in services}, keeping, say)
            await _until({background: background.ready}, keeping, say)
            await _hear_goals(nc, settings, log)
            if settings.sample and not log.found:
                await _load_sample(nc, settings, log, say)
            shown = False
            while True:
                is_replaced = bool(log.found)
                if is_replaced:
                    for line in what_to_do(log.found, address, settings.data_dir):
                        ready(line)
                else:
                    ready(ready_line(address, settings.data_dir))
                    if not shown:
                        await _show_what_to_try(nc, settings, address, ready, say, usual_place=usual_place)
                        shown = True
                while bool(log.found) == is_replaced:
                    await log.until_changed()


def _make_folders(data_dir: Path, logs: Path) -> None:
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(PermissionError):  # somebody else's folder is theirs to open or close
            # Patients' words: for nobody else's eyes, also in what an earlier version made.
            data_dir.chmod(0o700)
        logs.mkdir(exist_ok=True)
    except OSError as error:
        raise UnusableFolder.of(data_dir, error) from error


async def _hear_goals(nc: ResilientClient, settings: Settings, log: ComparedLog) -> None:
    """Ask the goals services, which serve by now, whether the log is another one; if so, wait for what they miss."""
    answers = await GoalsHealthCheck(nc, settings.placement.streams).ask()
    if any(health is not None and health.state == "replaced" for health in answers.values()):
        with suppress(TimeoutError):  # it may be somebody else's projection that objects, which is not told here
            async with asyncio.timeout(_TOLD_SECONDS):
                await log.until_found()


async def _load_sample(nc: ResilientClient, settings: Settings, log: ComparedLog, say: Say) -> None:
    try:
        await load_sample(nc, settings, say)
    except SampleKeptBack as kept_back:
        say(f"The sample is not loaded: {kept_back}")
        await _hear_goals(nc, settings, log)


async def _show_what_to_try(
    nc: ResilientClient, settings: Settings, address: NodeAddress, ready: Say, say: Say, *, usual_place: bool
) -> None:
    goal = await shown_goal(nc, settings.placement)
    own_issuer = settings.oidc_issuer is None
    # A link is a way in, and what is printed may end in a log: so it is for the invented patients of the sample alone.
    link = await _sign_in_link(nc, settings, address, say) if goal and settings.sample and own_issuer else None
    place = {"usual_place": usual_place, "own_issuer": own_issuer}
    ready(f"  {how_to_look(address, settings.data_dir, link=link, **place)}")
    for line in things_to_try(address, settings.data_dir, shown_goal=goal, **place):
        ready(f"  {line}")


async def _sign_in_link(nc: ResilientClient, settings: Settings, address: NodeAddress, say: Say) -> Link | None:
    try:
        return await make_link(
            nc, settings, address.http_url, CLINICIAN_OF_THE_SAMPLE, seconds=SIGNED_IN_SECONDS, by="node"
        )
    except CairnError as error:
        say(f"No link to sign in with could be made: {error}")
        return None


async def _nats(settings: Settings, lock: int, stack: AsyncExitStack, say: Say) -> tuple[str, EmbeddedServer | None]:
    """The URL of the server that was named, or of the embedded one, which is started."""
    if settings.nats_url is not None:
        return settings.nats_url, None
    port = _port("127.0.0.1", settings.nats_port, say)
    server = EmbeddedServer(settings.data_dir / "nats", port, holding=(lock,))
    return await stack.enter_async_context(running_server(server, say)), server


async def _connected(settings: Settings, stack: AsyncExitStack) -> ResilientClient:
    nc = await connect(settings.nats_address, name="cairn node", log_api=settings.log_api_prefix)
    stack.push_async_callback(nc.close)
    return nc


@contextmanager
def _found_by_commands(settings: Settings) -> Iterator[NodeAddress]:
    """Have commands find this node by its data folder for as long as the block lasts."""
    address = NodeAddress.of(settings)
    write_address(settings.data_dir, address)
    try:
        yield address
    finally:
        remove_address(settings.data_dir)


def _port(host: str, wanted: int, say: Say) -> int:
    port = free_port(host, wanted)
    if wanted not in (0, port):
        say(f"Port {wanted} is taken by something else; using {port}.")
    return port


@asynccontextmanager
async def _kept(services: list[ServiceProcess]) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Start the services and keep them running, and end them at the end. Gives what keeps each."""
    keeping = [asyncio.create_task(service.keep()) for service in services]
    try:
        yield list(keeping)
    finally:
        for task in keeping:
            task.cancel()
        await asyncio.gather(*keeping, return_exceptions=True)


async def _until(wanted: Mapping[ServiceProcess, asyncio.Event], keeping: list[asyncio.Task[None]], say: Say) -> None:
    """Wait until services are as far as is wanted; now and then, say which ones are not.

    Raises:
        ServiceFailed: when one does not start.
    """
    while waited_for := {service: event for service, event in wanted.items() if not event.is_set()}:
        waiting = [asyncio.create_task(event.wait()) for event in waited_for.values()]
        try:
            watched: list[asyncio.Task[None] | asyncio.Task[Literal[True]]] = [*waiting, *keeping]
            done, _ = await asyncio.wait(
                watched, timeout=_NOT_READY_NOTICE_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for task in waiting:
                task.cancel()
        for failed in keeping:
            if failed.done():
                failed.result()
        if not done:
            for service in waited_for:
                say(f"{service.name} is not ready yet: {service.last_words()}")
