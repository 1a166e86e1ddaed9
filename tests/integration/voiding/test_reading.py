"""Reads of the log itself: history and commands, where a message cannot be read, and once it is void."""

import pytest

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from projections.engine.database import open_database
from services.fhir.outgoing.patient import history_of
from services.gateway.app import create_app
from services.gateway.gateway import open_gateway
from tests.builders import active_goal, entry, event, proposed
from tests.integration.voiding.conftest import Spoilt
from tests.tokens import WrittenOut, asking

WALK, READ = (GoalId("northside", "pt-1", goal) for goal in ("walk", "read"))
PATIENT = "/v1/orgs/northside/patients/pt-1"


@pytest.fixture
async def position(spoilt: Spoilt) -> int:
    """Two goals of one patient; the position of a message of the first that cannot be read."""
    first: list[Event] = [*active_goal(WALK), event(READ, proposed())]
    await spoilt.record(*first)
    return await spoilt.spoil(WALK)


async def statuses(spoilt: Spoilt, position: int) -> list[int]:
    """Of reads of the first goal, of the second, and of the plan, as they stood at a position."""
    engine = open_database(f"sqlite:///{spoilt.settings.data_dir / 'none.db'}")
    try:
        async with (
            open_gateway(spoilt.nc, engine) as gateway,
            asking(create_app(gateway, WrittenOut())) as client,
        ):
            paths = [f"{PATIENT}/goals/walk", f"{PATIENT}/goals/read", f"{PATIENT}/plan"]
            answers = [await client.get(path, params={"position": position}) for path in paths]
            return [each.status_code for each in answers]
    finally:
        engine.dispose()


async def test_an_earlier_moment_is_refused_only_where_it_depends_on_the_message(spoilt: Spoilt, position: int) -> None:
    refused, *others = await statuses(spoilt, position)
    assert refused >= 400
    assert others[0] == 200
    assert await statuses(spoilt, position - 1) == [200, 200, 200]

    await spoilt.void(WALK, position)

    assert await statuses(spoilt, position) == await statuses(spoilt, position + 1) == [200, 200, 200]


async def test_replay_tells_of_other_goals_and_of_this_one_once_it_is_void(spoilt: Spoilt, position: int) -> None:
    refused = await spoilt.cairn("replay", str(WALK))
    assert refused.code == 1
    assert f"position {position}" in refused.err
    assert (await spoilt.cairn("replay", str(READ))).code == 0

    await spoilt.void(WALK, position)

    told = (await spoilt.cairn("replay", str(WALK), "--json")).json
    assert [each["version"] for each in told["events"]] == [1, 2, 3, 4, 5]
    assert told["events"][-1]["type"] == "cairn.goal.voided.v1"


async def test_what_goes_out_as_fhir_has_a_provenance_of_it(spoilt: Spoilt, position: int) -> None:
    await spoilt.void(WALK, position)
    await spoilt.record(event(WALK, entry("e1")))

    resources = list(history_of(await spoilt.log.read_patient(WALK)).resources("R4"))

    provenance = [each for each in resources if each["resourceType"] == "Provenance"]
    (void,) = (each for each in provenance if each["activity"]["coding"][0]["code"] == g.Voided.type_name)
    assert void["reason"] == [{"text": "Not ours"}]
    assert len({each["id"] for each in provenance}) == len(provenance)
