"""A nats-server of its own for durable submission: here the goals service is down as often as it is up."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import NoStreamResponseError
from pydantic_core import from_json

from events.envelope import STRUCTURED
from events.event import Event
from events.identity import INTAKE, OUTCOME
from events.log import connect
from events.log.client.resilient import ResilientClient
from services.embedded_server import EmbeddedServer
from services.goals import service as goals
from services.intake import service as intake
from services.intake.streams import INTAKE_STREAM, REJECTED_STREAM, declare_intake
from services.settings import Settings
from tests.anew import make_anew
from tests.builders import as_bytes
from tests.conftest import running
from tests.waiting import eventually


@dataclass
class Counter:
    """A Cairn whose services are started and stopped by the test, and the counter where submissions are handed in."""

    server: EmbeddedServer
    nc: ResilientClient
    settings: Settings
    org: str
    outcomes: list[Msg]

    @property
    def js(self) -> JetStreamContext:
        return self.nc.jetstream()

    def goals(self) -> running:
        """The real goals service."""
        return running(lambda ready: goals.serve(self.settings, ready))

    def intake(self) -> running:
        """The intake service."""
        return running(lambda ready: intake.serve(self.settings, ready))

    async def hand_in(self, *events: Event) -> None:
        """Publish events durably, one after another."""
        for event in events:
            await self.js.publish(event.goal_id.on(INTAKE), as_bytes(event), headers={"content-type": STRUCTURED})

    async def takes(self, event: Event) -> bool:
        """Publish an event durably; whether the service was there to take it, which has to connect again, too."""
        try:
            await self.hand_in(event)
        except (NoStreamResponseError, TimeoutError):
            return False
        return True

    async def waiting(self) -> int:
        """How many submissions wait for their outcome."""
        return (await self.js.stream_info(INTAKE_STREAM)).state.messages

    async def all_carried(self) -> None:
        """Wait until none waits any more, and all outcomes have arrived."""

        async def none_waits() -> bool:
            return await self.waiting() == 0

        await eventually(none_waits, within=60)
        await self.nc.flush()

    def told(self) -> list[dict[str, Any]]:
        """The outcomes so far, in the order in which they arrived."""
        return [from_json(message.data) for message in self.outcomes]

    async def rejected(self, goal: str) -> list[Msg]:
        """What is kept of refused submissions of a goal (`PATIENT.GOAL`)."""
        subscription = await self.js.subscribe(f"cairn.rejected.{self.org}.{goal}", ordered_consumer=True)
        try:
            kept = await self.js.stream_info(REJECTED_STREAM, subjects_filter=f"cairn.rejected.{self.org}.{goal}")
            count = sum((kept.state.subjects or {}).values())
            return [await subscription.next_msg(timeout=30) for _ in range(count)]
        finally:
            await subscription.unsubscribe()


@pytest.fixture(scope="session")
async def intake_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    server = EmbeddedServer(tmp_path_factory.mktemp("intake"), sync_always=False)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def counter(intake_server: EmbeddedServer, org: str) -> AsyncIterator[Counter]:
    """A Cairn of which only the server is up, with nothing waiting."""
    nc = await connect(intake_server.url, name="intake tests")
    for stream in (INTAKE_STREAM, REJECTED_STREAM):
        await make_anew(nc, declare_intake, stream=stream)
    settings = Settings(nats_url=intake_server.url, data_dir=intake_server.data_dir)
    counter = Counter(intake_server, nc, settings, org, [])

    async def keep(message: Msg) -> None:
        counter.outcomes.append(message)

    await nc.subscribe(f"{OUTCOME}.{org}.>", cb=keep)
    yield counter
    await nc.close()


Answer = Callable[[Msg], Awaitable[bytes | None]]


@pytest.fixture
def answering(counter: Counter) -> Callable[[Answer], Awaitable[None]]:
    """Puts a stand-in in the place of the goals service, for what the real one does seldom."""

    async def answer_with(answer: Answer) -> None:
        async def respond(message: Msg) -> None:
            said = await answer(message)
            if said is not None:
                await message.respond(said)

        await counter.nc.subscribe("cairn.forwarded.>", cb=respond)
        await counter.nc.flush()

    return answer_with
