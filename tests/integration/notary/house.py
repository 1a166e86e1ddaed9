"""A log on a server of a test's own, and the notary of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from events.identity import FEED, GoalId
from events.log import Append, Log, connect, declare_log
from events.log.client.connection import flush
from events.log.client.resilient import ResilientClient
from events.transparency.checkpoints import Checkpoint, opened_checkpoint
from events.transparency.notes import Note, parse_note
from services.embedded_server import EmbeddedServer
from services.notary import service
from services.notary.asking import AskedNotary
from services.notary.cosigning import MakeClient
from services.notary.founding import Founded, found
from services.notary.places import notary_folder
from services.notary.publishing import SUBJECT
from services.settings import Settings
from tests.builders import event, opened
from tests.conftest import running
from tests.waiting import eventually

STREAM = "CAIRN_LOG"
ORG = "northside"


class House:
    """A server with a log, and what its notary needs.

    Attributes:
        told: What the notary has said of stopping.
        heard: The checkpoints that the organisation was sent.
    """

    def __init__(self, server: EmbeddedServer, folder: Path, nc: ResilientClient):
        self.server = server
        self.nc = nc
        self.log = Log(nc)
        self.settings = Settings(nats_url=server.url, data_dir=folder / "data", notary_dir=folder / "keys")
        self.folder = notary_folder(self.settings, STREAM)
        self.asked = AskedNotary(nc, STREAM)
        self.told: list[str] = []
        self.heard: list[Note] = []
        self._written = 0

    @classmethod
    @asynccontextmanager
    async def opened(cls, server: EmbeddedServer, folder: Path) -> AsyncIterator["House"]:
        """A house with an empty log."""
        nc = await connect(server.url, name="tests")
        house = cls(server, folder, nc)
        await declare_log(nc)

        async def hear(message: object) -> None:
            house.heard.append(parse_note(message.data))  # type: ignore[attr-defined]

        await nc.subscribe(f"{SUBJECT}.{ORG}", cb=hear)
        await flush(nc)
        try:
            yield house
        finally:
            await house.log.close()
            await nc.close()

    def found(self) -> Founded:
        """Make the notary."""
        return found(self.folder, "records.clinic.example", STREAM, datetime.now(UTC))

    async def write(self, count: int = 1) -> None:
        """Record events."""
        numbers = range(self._written, self._written + count)
        self._written += count
        plans = [GoalId(ORG, f"pt-{number}", "plan") for number in numbers]
        await asyncio.gather(
            *(
                self.log.append(Append((event(plan, opened(), role="clinician"),), version=0, expected=0))
                for plan in plans
            )
        )

    async def is_listened_to(self) -> None:
        """Wait until somebody hears what is recorded; until then the server answers that nobody does."""
        inbox = self.nc.new_inbox()
        answers = await self.nc.subscribe(inbox)

        async def heard() -> bool:
            await self.nc.publish(f"{FEED}.{ORG}.nobody.nothing", b"", reply=inbox)
            await self.nc.publish(inbox, b"asked")  # behind the server's answer, if there is one
            if (await answers.next_msg(timeout=20)).data == b"asked":
                return True
            await answers.next_msg(timeout=20)
            return False

        await eventually(heard, within=30)
        await answers.unsubscribe()

    @asynccontextmanager
    async def notary(self, make_client: MakeClient = service.make_client) -> AsyncIterator[None]:
        """The notary, while the block lasts."""

        def serve(ready: Callable[[str], None]) -> object:
            return service.serve(self.settings, ready, tell=self.told.append, make_client=make_client)

        async with running(serve):  # type: ignore[arg-type]  # an awaitable that ends when it is cancelled
            yield

    async def published(self, size: int) -> Checkpoint:
        """The first published checkpoint of at least a size, once there is one."""

        async def there() -> bool:
            return ((await self.asked.status()).published_size or 0) >= size

        await eventually(there)
        key = self.folder.generation(self.folder.identity()).keys()[0].verifier
        return opened_checkpoint(await self.asked.checkpoint(), key)

    async def stops(self) -> str:
        """Why the notary does not sign, once it says so."""

        async def said() -> str | None:
            return (await self.asked.status()).stopped

        return await eventually(said) or ""
