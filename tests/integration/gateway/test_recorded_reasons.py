"""One record for all who may read it: a reason that staff gave stands in the goal as it does in its history."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from events.goal.types import Activated, Override
from events.identity import GoalId
from events.log import Append
from projections.access_record.writer import AccessWriter
from services.access.principal import Principal
from services.embedded_server import EmbeddedServer
from services.gateway.app import create_app
from services.gateway.gateway import open_gateway
from services.gateway.reads_over_nats import ReadsOverNats
from tests.builders import active_goal
from tests.integration.gateway.alone import ORG, Alone, alone
from tests.tokens import WrittenOut, bearing

REASON = "The custody hearing cannot wait"
_GOAL = f"/v1/orgs/{ORG}/patients/p1/goals/g1"
PATIENT = Principal(id="p1", kind="person", roles=frozenset({"patient"}), orgs=frozenset({ORG}), patient="p1")
CLINICIAN = Principal(id="c1", kind="person", roles=frozenset({"clinician"}), orgs=frozenset({ORG}))


@pytest.fixture(scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Alone]:
    """A patient with a goal that was activated beyond the plan's limit."""
    server = EmbeddedServer(tmp_path_factory.mktemp("nats"), sync_always=False)
    await server.start()
    async with alone(server, tmp_path_factory.mktemp("gateway")) as place:
        plan, *its = active_goal(GoalId(ORG, "p1", "g1"))
        its = [
            replace(each, data=each.data.model_copy(update={"override": Override(reason=REASON)}))
            if isinstance(each.data, Activated)
            else each
            for each in its
        ]
        await place.log.append(Append((plan,), 0, 0))
        await place.log.append(Append(tuple(its), 0, 0))
        await place.build()
        AccessWriter(place.engine).resume()
        yield place
    await server.stop()


@pytest.fixture(scope="module")
async def client(here: Alone) -> AsyncIterator[httpx.AsyncClient]:
    async with here.gateway() as client:
        yield client


@pytest.mark.parametrize(
    "path",
    [
        _GOAL,
        f"{_GOAL}?position=4",
        f"{_GOAL}?as_of=2100-01-01T00:00:00Z",
        f"/v1/orgs/{ORG}/patients/p1/goals",
        f"{_GOAL}/history",
        f"{_GOAL}/diff?from=0&to=3",
        f"/v1/orgs/{ORG}/audit?patient=p1",
    ],
)
@pytest.mark.parametrize("principal", [PATIENT, CLINICIAN], ids=["patient", "clinician"])
async def test_a_recorded_reason_is_told_to_whoever_may_read_it(
    client: httpx.AsyncClient, path: str, principal: Principal
) -> None:
    answer = await client.get(path, headers=bearing(principal))

    assert answer.status_code == 200, answer.text
    assert REASON in answer.text


async def test_the_flag_that_repeats_it_is_said_to_staff_alone(client: httpx.AsyncClient) -> None:
    told = {who.id: (await client.get(_GOAL, headers=bearing(who))).json() for who in (PATIENT, CLINICIAN)}

    assert told["p1"]["override_reason"] == told["c1"]["override_reason"] == REASON
    assert "override_used" in {flag["code"] for flag in told["c1"]["flags"]}
    assert "override_used" not in {flag["code"] for flag in told["p1"]["flags"]}


async def test_a_read_over_nats_tells_it_too(here: Alone) -> None:
    async with (
        open_gateway(here.nc, here.engine) as gateway,
        ReadsOverNats(create_app(gateway, WrittenOut()), here.nc, PATIENT).answering(),
    ):
        for path in (_GOAL, f"{_GOAL}/history"):
            answer = await here.nc.request("cairn.read", path.encode(), timeout=20)
            assert REASON in answer.data.decode()
