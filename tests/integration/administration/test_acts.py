"""What operators did about the log is kept, in order, by whom and why."""

import json
from datetime import datetime

from events.log import connect
from events.log.client.resilient import ResilientClient
from services.administration.application import STREAM, Act
from services.administration.recording import record_act, recorded_acts
from services.embedded_server import EmbeddedServer
from tests.forked import cairn

ADOPTED = Act("adopted", "CAIRN_LOG", "ada", "the backup of Monday is all there is", 4, "ab" * 32, 7, {"events": 3})
RESTORED = Act("restored", "CAIRN_LOG_B", "ada", "disk lost", 9, "cd" * 32, 9)
FROM_NOBODY = Act("adopted", "CAIRN_LOG", "ada", "only a goals service knew more", None, "", 11, {"events": 1})
"""Adopted where only a goals service remembered the log of before: nobody knows up to where both are the same."""
VOIDED = Act("voided", "CAIRN_LOG", "grace", "bytes of another program", 5, "ef" * 32, 7)


async def test_acts_are_read_in_the_order_in_which_they_were_recorded(own_server: EmbeddedServer) -> None:
    nc = await connect(own_server.url, name="operator")
    for act in (ADOPTED, RESTORED, VOIDED, FROM_NOBODY):
        await record_act(nc, act)
    acts = await recorded_acts(nc)
    assert [act._replace(at="") for act in acts] == [ADOPTED, RESTORED, VOIDED, FROM_NOBODY]
    assert all(datetime.fromisoformat(act.at).tzinfo for act in acts)
    await nc.close()


async def test_where_nothing_was_done_nothing_is_read_and_nothing_is_made(own_server: EmbeddedServer) -> None:
    nc = await connect(own_server.url, name="operator")
    assert await recorded_acts(nc) == []
    assert await _streams(nc) == []
    await record_act(nc, VOIDED)
    assert await _streams(nc) == [STREAM]
    await nc.close()


async def test_an_act_cannot_be_taken_away(own_server: EmbeddedServer) -> None:
    nc = await connect(own_server.url, name="operator")
    await record_act(nc, VOIDED)
    config = (await nc.jetstream().stream_info(STREAM)).config
    assert config.deny_delete
    assert config.deny_purge
    await nc.close()


async def _streams(nc: ResilientClient) -> list[str | None]:
    return [info.config.name for info in await nc.jetstream().streams_info()]


async def test_the_command_claims_no_position_where_none_is_known(own_server: EmbeddedServer) -> None:
    nc = await connect(own_server.url, name="operator")
    await record_act(nc, FROM_NOBODY)
    as_table = await cairn("log", "acts", "--nats-url", own_server.url)
    [line] = (line for line in as_table.out.splitlines() if "adopted" in line)
    assert [part.strip() for part in line.split("  ") if part.strip()][2:5] == ["CAIRN_LOG", "none", "11"]
    as_json = await cairn("log", "acts", "--json", "--nats-url", own_server.url)
    [item] = json.loads(as_json.out)["items"]
    assert (item["position"], item["head"]) == (None, 11)
    await nc.close()


async def test_the_command_tells_what_was_done(own_server: EmbeddedServer) -> None:
    nc = await connect(own_server.url, name="operator")
    before = await cairn("log", "acts", "--nats-url", own_server.url)
    assert "nothing" in before.out
    await record_act(nc, ADOPTED)
    after = await cairn("log", "acts", "--nats-url", own_server.url)
    assert all(part in after.out for part in ("adopted", "CAIRN_LOG", "ada", "the backup of Monday", "3 events"))
    as_json = await cairn("log", "acts", "--json", "--nats-url", own_server.url)
    assert json.loads(as_json.out)["items"][0]["lost"] == {"events": 3}
    await nc.close()
