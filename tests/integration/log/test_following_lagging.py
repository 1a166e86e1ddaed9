"""A follower whose direct gets are answered by a replica that lags behind what the leader has republished already."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from itertools import count

import pytest
from nats.aio.msg import Msg
from pydantic_core import from_json, to_json

from events.envelope import StoredMessage
from events.identity import LOG
from events.log import Log, connect
from events.log import following as following_of_the_log
from events.log.client.resilient import ResilientClient
from events.log.live_feed import LiveFeed
from events.log.stream import STREAM
from services.embedded_server import EmbeddedServer
from tests.integration.log.conftest import Appends, filled, following, positions_until
from tests.waiting import eventually

API = "lagging.API"
_BEYOND = 10**9
"""Where the server finds nothing."""


class Replica:
    """Stands between a follower and the log, and does not have the newest messages yet when it is asked for them.

    Attributes:
        end: The last position that it has; None for all.
        asked: How often it was asked for what it did not have.
    """

    def __init__(self, nc: ResilientClient):
        self._nc = nc
        self.end: int | None = None
        self.asked: Counter[int] = Counter()

    async def listen(self) -> None:
        await self._nc.subscribe(f"{API}.STREAM.INFO.{STREAM}", cb=self._inform)
        await self._nc.subscribe(f"{API}.DIRECT.GET.{STREAM}", cb=self._get)
        await self._nc.flush()

    async def _inform(self, message: Msg) -> None:
        """The leader answers, and says that there are replicas."""
        answer = from_json((await self._nc.request(f"$JS.API.STREAM.INFO.{STREAM}", b"", timeout=10)).data)
        answer["config"]["num_replicas"] = 3
        await message.respond(to_json(answer))

    async def _get(self, message: Msg) -> None:
        asked = from_json(message.data)
        if self.end is not None and "batch" in asked:
            most = self.end - asked["seq"] + 1
            if most <= 0:
                self.asked[asked["seq"]] += 1
                asked["seq"] = _BEYOND
            else:
                asked["batch"] = min(asked["batch"], most)
        await self._nc.publish(f"$JS.API.DIRECT.GET.{STREAM}", to_json(asked), reply=message.reply)


@pytest.fixture
async def replica(own_server: EmbeddedServer, own: ResilientClient) -> AsyncIterator[Replica]:
    nc = await connect(own_server.url, name="replica")
    replica = Replica(nc)
    await replica.listen()
    own.log_api = API
    yield replica
    await nc.close()


@pytest.mark.parametrize("filtered", [False, True])
async def test_nothing_is_passed_over(
    own: ResilientClient, first_of: Appends, replica: Replica, filtered: bool
) -> None:
    log = Log(own)
    past = await filled(log, first_of, 20)
    replica.end = 15
    subject = f"{LOG}.>" if filtered else None

    async with asyncio.timeout(60), following(log, subject=subject) as batches:
        seen = await positions_until(batches, 15)
        waiting = asyncio.ensure_future(positions_until(batches, 22))
        await eventually(lambda: replica.asked[16])
        for number in (21, 22):
            await log.append(first_of(f"live-{number}"))
        replica.end = None
        seen += await waiting

    assert seen == [*past, 21, 22]


@pytest.mark.parametrize("filtered", [False, True])
async def test_what_it_lacked_is_read_once_it_has_it(
    own: ResilientClient, first_of: Appends, replica: Replica, filtered: bool
) -> None:
    """Also when nothing more is recorded."""
    log = Log(own)
    past = await filled(log, first_of, 20)
    replica.end = 15

    async with asyncio.timeout(60), following(log, subject=f"{LOG}.>" if filtered else None) as batches:
        seen = await positions_until(batches, 15)
        waiting = asyncio.ensure_future(positions_until(batches, 20))
        await eventually(lambda: replica.asked[16])
        replica.end = None
        seen += await waiting

    assert seen == past


async def test_what_comes_live_is_handed_out_before_a_replica_has_it(
    own: ResilientClient, first_of: Appends, replica: Replica
) -> None:
    log = Log(own)
    past = await filled(log, first_of, 5)
    async with asyncio.timeout(60), following(log) as batches:
        assert await positions_until(batches, 5) == past
        assert (await anext(batches)).messages == ()
        replica.end = 5
        for number in range(6, 10):
            await log.append(first_of(f"live-{number}"))
        assert await positions_until(batches, 9) == [6, 7, 8, 9]


async def test_the_end_is_reached_although_others_record_without_a_pause(
    own: ResilientClient, first_of: Appends, replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of what there was at first, of a part of the log in which nothing happens."""
    monkeypatch.setattr(following_of_the_log, "_REPLICA_SECONDS", 0.5)
    monkeypatch.setattr(following_of_the_log, "_LOOK_SECONDS", 0.1)
    log = Log(own)
    await filled(log, first_of, 1)

    async def record() -> None:
        for number in count():
            await log.append(first_of(f"live-{number}"))
            await asyncio.sleep(0.05)

    recording = asyncio.create_task(record())
    async with asyncio.timeout(60), following(log, subject=f"{LOG}.quiet.*.*") as batches:
        assert (await anext(batches)).messages == ()
    recording.cancel()
    await asyncio.wait({recording})


async def test_a_part_of_the_log_is_heard_live_although_others_record_without_a_pause(
    own: ResilientClient, first_of: Appends, replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was seen: as a replica always might lag, the part was asked for once a second, and its feed not heard."""
    monkeypatch.setattr(following_of_the_log, "_LOOK_SECONDS", 0.1)
    listens = asyncio.Event()
    listen = LiveFeed.listen

    async def noted(feed: LiveFeed[StoredMessage], subjects: Sequence[str]) -> None:
        await listen(feed, subjects)
        listens.set()

    monkeypatch.setattr(LiveFeed, "listen", noted)
    log = Log(own)
    (first,) = await filled(log, first_of, 1)

    async def record() -> None:
        for number in count():
            await log.append(first_of(f"live-{number}"))
            await asyncio.sleep(0.05)

    recording = asyncio.create_task(record())
    wanted = first_of("wanted")
    subject = wanted.events[0].goal_id.on(LOG)
    async with asyncio.timeout(60), following(log, subject=subject) as batches:
        waiting = asyncio.ensure_future(anext(each async for each in batches if each.messages))
        await listens.wait()
        (recorded,) = await log.append(wanted)
        assert [each.position for each in (await waiting).messages] == [recorded.position]
    recording.cancel()
    await asyncio.wait({recording})
    assert first < recorded.position
