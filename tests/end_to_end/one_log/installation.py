"""A whole Cairn in processes of its own, whose log a test may lose, exchange and put back."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from nats.js.api import StreamConfig
from pydantic_core import to_json

from events.envelope import structured
from events.event import Event
from events.log import connect, declare_log
from events.log.stream import STREAM
from services.embedded_server import EmbeddedServer
from services.goals.health import HEALTH, Health
from tests.end_to_end.faults.processes import ServiceProcess
from tests.forked import Ran, cairn
from tests.tokens import of_everyone
from tests.waiting import eventually

Json = dict[str, Any]  # Any: as it was answered
SETTLING_SECONDS = 90
"""How long an installation may take to notice what was done to it, or to get over it, on a busy machine."""


class Installation:
    """nats-server, and the processes that `cairn up` has: projections, goals, the gateway, and the background.

    Args:
        folder: Of this installation alone.
        database_url: Where its projections are.
        http_port: On the loopback interface, where nobody else listens.
    """

    def __init__(self, folder: Path, database_url: str, http_port: int):
        self.server = EmbeddedServer(folder / "nats", sync_always=False)
        self.database_url = database_url
        self._folder = folder
        self._http_port = http_port
        self._services: dict[str, ServiceProcess] = {}
        self._http: httpx.AsyncClient

    @property
    def http_url(self) -> str:
        return f"http://127.0.0.1:{self._http_port}"

    async def start(self) -> None:
        """Start everything, as `cairn up` does: the log's stream, then the projections, then the others."""
        # One for all requests: to make one takes 30 ms of processor time, and readiness is asked for time and again.
        self._http = httpx.AsyncClient(base_url=self.http_url, timeout=60)
        await self.server.start()
        nc = await connect(self.server.url, name="operator")
        await declare_log(nc)
        await nc.close()
        environment = {
            "CAIRN_NATS_URL": self.server.url,
            "CAIRN_DATABASE_URL": self.database_url,
            "CAIRN_HTTP_PORT": str(self._http_port),
        }
        for together in (("projections",), ("goals", "gateway", "background")):
            services = {name: ServiceProcess(name, data_dir=self._folder, **environment) for name in together}
            self._services |= services
            await asyncio.gather(*(each.start() for each in services.values()))

    async def stop(self) -> None:
        """End everything in good order."""
        await self._http.aclose()
        await asyncio.gather(*(each.stop() for each in self._services.values()))
        self._services.clear()
        await self.server.stop()

    def service(self, name: str) -> ServiceProcess:
        return self._services[name]

    async def lose_the_log(self) -> None:
        """While it is stopped: the disk of the nats-server is lost, the database is not."""
        shutil.rmtree(self.server.data_dir / "jetstream")

    @asynccontextmanager
    async def only_the_server(self) -> AsyncIterator[None]:
        """The nats-server alone, for the time of the block."""
        await self.server.start()
        try:
            yield
        finally:
            await self.server.stop()

    async def backup(self, name: str) -> Path:
        """`cairn log backup` into a folder of this name."""
        folder = self._folder / name
        assert (ran := await self.cairn("log", "backup", str(folder))).code == 0, ran.out + ran.err
        return folder

    async def restore(self, folder: Path, *options: str) -> Ran:
        """`cairn log restore` on the running server."""
        return await self.cairn("log", "restore", str(folder), *options)

    async def adopt(self) -> Json:
        """`cairn log adopt`, without being asked."""
        ran = await self.cairn("log", "adopt", "--yes", "--json", "--reason", "The disk was lost.", database=True)
        assert ran.code == 0, ran.out + ran.err
        done: Json = ran.json
        return done

    async def cairn(self, *arguments: str, database: bool = False, stdin: bytes = b"") -> Ran:
        """A command against this installation."""
        there = ("--nats-url", self.server.url, *(("--database-url", self.database_url) if database else ()))
        return await cairn(*arguments, *there, stdin=stdin, CAIRN_DATA_DIR=str(self._folder))

    @property
    def headers(self) -> dict[str, str]:
        """The headers of HTTP requests by whoever may do everything here."""
        return of_everyone(self._folder)

    async def get(self, path: str, *, headers: Mapping[str, str] | None = None, **params: Any) -> httpx.Response:
        return await self._http.get(path, params=params, headers={**self.headers, **(headers or {})})

    async def post(self, submission: Event) -> httpx.Response:
        """Offer an event over HTTP."""
        headers = {**self.headers, "content-type": "application/cloudevents+json"}
        return await self._http.post("/v1/events", content=to_json(structured(submission)), headers=headers)

    async def record(self, submissions: Iterable[Event]) -> int:
        """Offer events that are recorded; the position of the last."""
        position = 0
        for each in submissions:
            answer = await self.post(each)
            assert answer.status_code in (200, 201), answer.text
            position = answer.json()["events"][-1]["position"]
        return position

    async def goals_of(self, org: str, **params: Any) -> list[str]:
        answer = await self.get(f"/v1/orgs/{org}/goals", limit=200, **params)
        assert answer.status_code == 200, answer.text
        return sorted(each["goal"] for each in answer.json()["items"])

    async def until_ready(self) -> None:
        """Wait until it says that it is ready."""

        async def ready() -> bool:
            return (await self.readiness())[0] == 200

        try:
            await eventually(ready, within=SETTLING_SECONDS)
        except AssertionError:
            raise AssertionError(f"not ready: {await self.readiness()}") from None

    async def until_refused(self, code: str) -> Json:
        """Wait until it says that it is not ready, for this reason; the problem."""

        async def refused() -> Json | None:
            status, said = await self.readiness()
            return said if status == 503 and said.get("code") == code else None

        said = await eventually(refused, within=SETTLING_SECONDS)
        assert said is not None
        return said

    async def until_the_goals_service_finds(self, state: str) -> None:
        """Wait until it knows how the log is. A gateway looks by itself, and may know it a third of a second sooner."""
        nc = await connect(self.server.url, name="operator")

        async def found() -> bool:
            answer = await nc.request(f"{HEALTH}.{STREAM}", timeout=SETTLING_SECONDS)
            return Health.model_validate_json(answer.data).state == state

        await eventually(found, within=SETTLING_SECONDS)
        await nc.close()

    async def readiness(self) -> tuple[int, Json]:
        try:
            answer = await self.get("/readyz")
        except httpx.TransportError:
            return 0, {}
        return answer.status_code, answer.json()

    async def has_caught_up(self) -> bool:
        """Whether every projection of the log is at its end; the record of readings stands on another stream."""
        answer = await self.get("/v1/projections")
        return answer.status_code == 200 and all(
            each["state"] == "live" and each["position"] == each["head"]
            for each in answer.json()["items"]
            if each["stream"] == STREAM
        )

    async def delete_the_stream(self) -> None:
        """What an operator may do to the log under running services."""
        nc = await connect(self.server.url, name="operator")
        await nc.jetstream().delete_stream(STREAM)
        await nc.close()

    async def change_the_stream(self, **settings: Any) -> None:
        """As `nats stream edit` does."""
        nc = await connect(self.server.url, name="operator")
        js = nc.jetstream()
        found: StreamConfig = (await js.stream_info(STREAM)).config
        await js.update_stream(found.evolve(**settings))
        await nc.close()
