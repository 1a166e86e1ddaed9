"""A Cairn whose server knows two organisations, each in an account of its own, and tells who sends what."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from nats.aio.msg import Msg
from pydantic_core import from_json

from events.envelope import STRUCTURED
from events.event import Event, RecordedEvent
from events.identity import INTAKE, OUTCOME, SUBMIT, GoalId
from events.log import Log, connect
from events.log.client.resilient import ResilientClient
from events.log.stream import STREAM
from services.access.principal import Principal, Role
from services.embedded_server import free_port
from services.goals import service as goals
from services.intake import service as intake
from services.settings import Settings
from tests.builders import as_bytes
from tests.conftest import running
from tests.integration.deploy.deployed import Deployed, start
from tests.waiting import eventually

Json = dict[str, Any]  # an outcome, as it is worded


def person(id_: str, role: Role, *orgs: str) -> Principal:
    """A person whom the auth callout would let in."""
    patient = id_ if role == "patient" else None
    return Principal(id=id_, kind="person", roles=frozenset({role}), orgs=frozenset(orgs or {"north"}), patient=patient)


PATIENT, DANA, SISTER = (
    person("p1", "patient"),
    person("dana", "clinician", "north", "south"),
    person("sis", "family"),
)
# In a configuration a user's name is in one account; the auth callout can put one name into several.
DANA_IN_SOUTH, PATIENT_IN_SOUTH = (each.model_copy(update={"client": "of the south"}) for each in (DANA, PATIENT))
PRINCIPALS = """
[accounts.NORTH]
organisation = "north"

[accounts.NORTH.users.north]
roles = ["system"]
speaks_for = ["patient", "clinician", "system"]

[accounts.NORTH.users.southern]
roles = ["system"]
speaks_for = ["patient", "clinician", "system"]

[accounts.SOUTH]
organisation = "south"

[accounts.CAIRN.users.goals]
roles = ["operator"]
"""


def _account(org: str, *users: str) -> str:
    return f"""{org.upper()} {{
      users: [{", ".join(f'{{ user: "{user}", password: p }}' for user in users)}]
      imports: [
        {{ service: {{ account: CAIRN, subject: "cairn.submit.{org}.>" }}, share: true }}
        {{ service: {{ account: CAIRN, subject: "cairn.intake.{org}.>" }}, share: true }}
        {{ stream: {{ account: CAIRN, subject: "cairn.outcome.{org}.>" }} }}
      ] }}"""


def _configuration(folder: Path, port: int) -> str:
    north, south = (DANA, PATIENT, SISTER), (DANA_IN_SOUTH, PATIENT_IN_SOUTH)
    return f"""
listen: "127.0.0.1:{port}"
jetstream {{ store_dir: {json.dumps(str(folder / "store"))} }}
accounts {{
  CAIRN {{
    jetstream: enabled
    users: [{{ user: goals, password: p }}]
    exports: [{{ service: "cairn.submit.>" }}, {{ service: "cairn.intake.>" }}, {{ stream: "cairn.outcome.>" }}]
  }}
  {_account("north", "north", "stranger", *map(user_of, north))}
  {_account("south", "southern", *map(user_of, south))}
}}
"""


def user_of(principal: Principal) -> str:
    """The name that the auth callout gives to a user."""
    return f"principal.{principal.encoded()}"


@dataclass
class Clinic:
    """The Cairn, and a reader of its log."""

    server: Deployed
    house: ResilientClient
    log: Log

    def url(self, user: str) -> str:
        return f"nats://{user}:p@127.0.0.1:{self.server.port}"

    async def events(self, goal_id: GoalId) -> list[RecordedEvent]:
        return await self.log.read(goal_id)

    async def last(self) -> int:
        """The position of the last event of the log."""
        return (await self.house.jetstream().stream_info(STREAM)).state.last_seq

    async def raw(self, user: Principal, headers: bytes, event: Event) -> bytes:
        """What is answered to headers that no client would write so."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        connect = json.dumps({"verbose": False, "headers": True, "user": user_of(user), "pass": "p"}).encode()
        body = as_bytes(event)
        writer.write(b"CONNECT %b\r\nSUB _INBOX.raw 1\r\n" % connect)
        sizes = b"%d %d" % (len(headers), len(headers) + len(body))
        subject = event.goal_id.on(SUBMIT).encode()
        writer.write(b"HPUB %b _INBOX.raw %b\r\n%b%b\r\n" % (subject, sizes, headers, body))
        answer = await asyncio.wait_for(reader.readuntil(b"}\r\n"), 10)
        while b"MSG _INBOX.raw" not in answer:
            answer = await asyncio.wait_for(reader.readuntil(b"}\r\n"), 10)
        writer.close()
        return answer


@dataclass
class Sender:
    """A connection of a user in the account of an organisation."""

    nc: ResilientClient

    async def submit(self, event: Event, headers: dict[str, str] | None = None, **attributes: object) -> Json:
        """The outcome of an event, as the sender gets it."""
        body = json.dumps({**from_json(as_bytes(event)), **attributes}).encode()
        sent = {"content-type": STRUCTURED, **(headers or {})}
        answer: Json = from_json((await self.nc.request(event.goal_id.on(SUBMIT), body, timeout=20, headers=sent)).data)
        return answer

    async def hand_in(self, event: Event, headers: dict[str, str] | None = None) -> Json:
        """The outcome of an event that was published durably."""
        outcomes: list[Msg] = []

        async def keep(message: Msg) -> None:
            outcomes.append(message)

        subscription = await self.nc.subscribe(event.goal_id.on(OUTCOME), cb=keep)
        sent = {"content-type": STRUCTURED, **(headers or {})}
        await self.nc.jetstream().publish(event.goal_id.on(INTAKE), as_bytes(event), headers=sent)
        await eventually(lambda: outcomes, within=20)
        await subscription.unsubscribe()
        answer: Json = from_json(outcomes[0].data)
        return answer


@pytest.fixture(scope="session")
async def clinic(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Clinic]:
    folder = tmp_path_factory.mktemp("access")
    principals, config = folder / "principals.toml", folder / "server.conf"
    principals.write_text(PRINCIPALS)
    port = free_port()
    config.write_text(_configuration(folder, port))
    server = await start(config, {"CAIRN_NATS_NAME": "access", "CAIRN_NATS_LISTEN": f"127.0.0.1:{port}"})
    url = f"nats://goals:p@127.0.0.1:{port}"
    settings = Settings(nats_url=url, data_dir=folder, nats_principals=principals)
    async with (
        running(lambda ready: goals.serve(settings, ready)),
        running(lambda ready: intake.serve(settings, ready)),
    ):
        nc = await connect(url, name="access tests")
        log = Log(nc)
        yield Clinic(server, nc, log)
        await log.close()
        await nc.close()
    await server.kill()


class Senders:
    """Connects users, and ends their connections."""

    def __init__(self, clinic: Clinic):
        self._clinic = clinic
        self._connections: list[ResilientClient] = []

    async def __call__(self, user: str | Principal) -> Sender:
        name = user if isinstance(user, str) else user_of(user)
        nc = await connect(self._clinic.url(name), name="sender")
        self._connections.append(nc)
        return Sender(nc)

    async def close(self) -> None:
        for connection in self._connections:
            await connection.close()


@pytest.fixture
async def sender(clinic: Clinic) -> AsyncIterator[Senders]:
    """Gives the connection of a user."""
    senders = Senders(clinic)
    yield senders
    await senders.close()
