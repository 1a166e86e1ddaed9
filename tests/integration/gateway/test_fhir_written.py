"""A search that is asked again: the same bytes as if all were read anew, and what is recorded is there at once."""

from collections.abc import AsyncIterator

import httpx
import pytest

from events.identity import LOG, PLAN, GoalId
from events.log import Append, Log
from projections.access_record.writer import AccessWriter
from services.access.principal import Principal
from services.embedded_server import EmbeddedServer
from tests.access import access_records
from tests.anew import make_anew
from tests.builders import active_goal, entry, event
from tests.consents import SISTER, consent
from tests.integration.gateway.alone import ORG, Alone, alone
from tests.tokens import bearing

GOAL = GoalId(ORG, "p1", "g1")
KINDS = ("Patient", "CarePlan", "Goal", "Observation", "Provenance")


@pytest.fixture
async def here(own_server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Alone]:
    """A patient with an active goal and an entry."""
    async with alone(own_server, tmp_path_factory.mktemp("gateway")) as place:
        plan, *its = active_goal(GOAL)
        await place.log.append(Append((plan,), 0, 0))
        await place.log.append(Append((*its, event(GOAL, entry("e1"))), 0, 0))
        await place.build()
        AccessWriter(place.engine).resume()
        yield place


@pytest.fixture
async def client(here: Alone) -> AsyncIterator[httpx.AsyncClient]:
    async with here.gateway() as client:
        yield client


def address(kind: str, release: str = "R4") -> str:
    named = f"_id={ORG}.p1" if kind == "Patient" else f"patient={ORG}.p1"
    if kind == "Provenance":
        named = f"target=Goal/{GOAL}"
    return f"/fhir/{release}/{kind}?{named}"


@pytest.mark.parametrize("release", ["R4", "R5"])
@pytest.mark.parametrize("kind", KINDS)
async def test_the_second_answer_is_the_first_and_reads_nothing_anew(
    here: Alone, client: httpx.AsyncClient, kind: str, release: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await client.get(address(kind, release))
    pretty = await client.get(address(kind, release) + "&_pretty=true")
    before = len(await access_records(here.nc))
    monkeypatch.setattr(Log, "read_stored", None)

    again = await client.get(address(kind, release))

    assert first.status_code == again.status_code == 200
    assert first.json()["total"] >= 1
    assert again.content == first.content
    assert (await client.get(address(kind, release) + "&_pretty=true")).content == pretty.content
    assert [each.patients for each in (await access_records(here.nc))[before:]] == [("p1",)] * 2


async def test_what_is_recorded_is_there_at_once(here: Alone, client: httpx.AsyncClient) -> None:
    async def total() -> int:
        return int((await client.get(address("Observation"))).json()["total"])

    before = await total()
    for more in (1, 2):
        await here.log.append(Append((event(GOAL, entry(f"f{more}")),), 3 + more, 4 + more))
        assert await total() == before + more


async def test_what_was_written_of_another_log_is_not_told(here: Alone, client: httpx.AsyncClient) -> None:
    assert (await client.get(address("Goal"))).json()["total"] == 1
    await make_anew(here.nc)
    other = GoalId(ORG, "p1", "g2")
    plan, *its = active_goal(other)
    await here.log.append(Append((plan,), 0, 0))
    await here.log.append(Append((*its, event(other, entry("e1"))), 0, 0))

    found = (await client.get(address("Goal"))).json()["entry"]

    assert [each["resource"]["id"] for each in found] == [str(other)]


async def test_a_message_that_cannot_be_read_is_not_passed_over(here: Alone, client: httpx.AsyncClient) -> None:
    assert (await client.get(address("Goal"))).status_code == 200
    await here.nc.jetstream().publish(GOAL.on(LOG), b"no event")

    assert (await client.get(address("Goal"))).status_code >= 500


async def test_who_is_told_of_fewer_events_is_not_given_what_was_written_of_all(
    here: Alone, client: httpx.AsyncClient
) -> None:
    plan_id = GoalId(ORG, "p1", PLAN)
    given = event(plan_id, consent(what=("goals", "history")), role="patient", actor="p1")
    await here.log.append(Append((given,), 1, 1))
    sister = Principal(id=SISTER.id, kind="person", roles=frozenset({"family"}), orgs=frozenset({ORG}))
    path = f"/fhir/R4/Provenance?target=CarePlan/{plan_id}"

    whole = (await client.get(path)).json()["total"]
    told = [(await client.get(path, headers=bearing(sister))).json()["total"] for _ in range(2)]

    assert told == [whole - 1] * 2
    assert (await client.get(path)).json()["total"] == whole
