"""The feed: a patient is recorded before being told of for the first time on a connection."""

from pathlib import Path

import pytest

from events.access_record import ACCESS_STREAM
from events.identity import GoalId
from events.log import Append, Log, connect, declare_log
from events.log.client.resilient import ResilientClient
from services.access.records.stream import declare_access
from services.embedded_server import EmbeddedServer
from services.gateway import access_records as middleware
from services.settings import Settings
from tests.access import access_records
from tests.builders import active_goal, entry, event
from tests.integration.gateway.http import Http
from tests.integration.gateway.listening import listening
from tests.integration.gateway.test_feed_resuming import another_gateway


async def test_each_patient_is_recorded_once_on_a_connection(http: Http, nc: ResilientClient, org: str) -> None:
    first, second = GoalId(org, "p1", "g1"), GoalId(org, "p2", "g1")
    await http.record(*active_goal(first))

    async with listening(http.client, org=org) as feed:
        for goal in (first, first):
            await http.record(event(goal, entry(f"e{len(await access_records(nc, org))}")))
            await feed.take(1)
        assert [record.patients for record in await access_records(nc, org)] == [("p1",)]
        await http.record(*active_goal(second))
        await feed.take(5)

    found = await access_records(nc, org)
    assert [record.patients for record in found] == [("p1",), ("p2",)]
    assert {(record.operation, record.reading, record.interaction) for record in found} == {
        ("follow_events", "history", "history-system")
    }


async def test_another_connection_is_another_reading(http: Http, nc: ResilientClient, org: str) -> None:
    await http.record(*active_goal(GoalId(org, "p1", "g1")))

    for _ in range(2):
        async with listening(http.client, last_event_id="0", org=org) as feed:
            await feed.take(1)

    records = await access_records(nc, org)
    assert len({record.request for record in records}) == len(records) == 2


async def test_when_it_cannot_be_recorded_nothing_is_told_and_the_feed_ends(
    own_server: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "_FEED_RECORD_SECONDS", 0.0)
    nc = await connect(own_server.url, name="test")
    await declare_log(nc)
    await declare_access(nc)
    log = Log(nc)
    settings = Settings(nats_url=own_server.url, data_dir=tmp_path / "data")
    async with another_gateway(settings) as client, listening(client) as feed:
        await nc.jetstream().delete_stream(ACCESS_STREAM)
        await log.append(Append(tuple(active_goal(GoalId("org", "p1", "g1"))[1:]), 0, 0))
        [last] = await feed.take(1)
        with pytest.raises(StopAsyncIteration):
            await feed.take(1)

    assert (last["event"], last["data"]["code"]) == ("cairn.access.not_recorded", "access.not_recorded")
    assert "id" not in last
    await log.close()
    await nc.close()
