"""Readings are recorded before they are told, many with one write; and if they cannot be, that is known in time."""

import asyncio

import pytest
from nats.js.api import StorageType, StreamConfig

from events.access_record import ACCESS_STREAM, decode_group
from events.log import connect
from events.log.client.resilient import ResilientClient
from events.log.stream import WrongStream
from services.access.records import recorder as recording
from services.access.records.recorder import AccessRecorder, ReadingNotRecorded
from services.access.records.stream import access_config, declare_access
from services.embedded_server import EmbeddedServer
from tests.access import access_messages, access_record, access_records
from tests.waiting import eventually


async def test_a_reading_is_in_the_stream_when_it_may_be_told(nc: ResilientClient, recorder: AccessRecorder) -> None:
    await recorder.record([access_record("p1")])

    assert await access_records(nc) == [access_record("p1")]


@pytest.mark.parametrize(("readers", "groups"), [(2, [1, 1]), (8, [4, 4]), (40, [20, 20])])
async def test_half_of_the_readings_that_are_answered_together_share_a_message(
    nc: ResilientClient, recorder: AccessRecorder, readers: int, groups: list[int]
) -> None:
    everybody_asks = asyncio.Barrier(readers)

    async def answer(number: int) -> None:
        with recorder.expecting():
            await everybody_asks.wait()
            await recorder.record([access_record(f"p{number}")])

    await asyncio.gather(*(answer(number) for number in range(readers)))

    assert [len(decode_group(message.data)) for message in await access_messages(nc)] == groups
    assert {record.patients for record in await access_records(nc)} == {(f"p{number}",) for number in range(readers)}


async def test_a_reading_does_not_wait_for_one_that_takes_long(nc: ResilientClient, recorder: AccessRecorder) -> None:
    with recorder.expecting(), recorder.expecting(), recorder.expecting():
        async with asyncio.timeout(10):
            await recorder.record([access_record("p1")])


async def test_a_reading_waits_for_others_no_longer_than_a_write_takes(
    nc: ResilientClient, recorder: AccessRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "_GATHER_SECONDS", 600)

    with recorder.expecting(), recorder.expecting(), recorder.expecting():
        async with asyncio.timeout(20):
            await recorder.record([access_record("p1")])
            await recorder.record([access_record("p2")])


async def test_what_comes_while_two_groups_are_written_waits_for_the_next(
    nc: ResilientClient, recorder: AccessRecorder
) -> None:
    await asyncio.gather(*(recorder.record([access_record(f"p{number}")]) for number in range(50)))

    assert [len(decode_group(message.data)) for message in await access_messages(nc)] == [1, 1, 48]
    assert len(await access_records(nc)) == 50


async def test_organisations_are_kept_apart(nc: ResilientClient, recorder: AccessRecorder) -> None:
    await recorder.record([access_record("p1"), access_record("p1", org="south")])

    assert await access_records(nc, "north") == [access_record("p1")]
    assert await access_records(nc, "south") == [access_record("p1", org="south")]


async def test_a_group_is_bounded_in_records_and_in_bytes(
    nc: ResilientClient, recorder: AccessRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "MAX_GROUP_RECORDS", 3)
    monkeypatch.setattr(recording, "MAX_GROUP_BYTES", 1500)
    large = access_record(*(f"p{number}" for number in range(200)))

    await recorder.record([*(access_record(f"p{number}") for number in range(7)), large, large])

    assert len(await access_records(nc)) == 9
    assert len(await access_messages(nc)) == 5


async def test_without_the_server_it_is_known_at_once(own_server: EmbeddedServer, recorder: AccessRecorder) -> None:
    await recorder.record([access_record("p1")])
    await own_server.stop()

    with pytest.raises(ReadingNotRecorded, match="it does not answer"):
        await recorder.record([access_record("p2")])
    with pytest.raises(ReadingNotRecorded):
        await recorder.check()
    assert not recorder.working
    assert (recorder.recorded, recorder.not_recorded) == (1, 1)


async def test_when_the_server_is_back_readings_are_recorded_again(
    own_server: EmbeddedServer, nc: ResilientClient, recorder: AccessRecorder
) -> None:
    await own_server.stop()
    with pytest.raises(ReadingNotRecorded):
        await recorder.record([access_record("p1")])
    await own_server.start()

    await eventually(lambda: nc.is_connected, within=20)
    await recorder.record([access_record("p2")])

    assert recorder.working
    assert await access_records(nc) == [access_record("p2")]


async def test_without_the_stream_nothing_is_recorded(nc: ResilientClient, recorder: AccessRecorder) -> None:
    await nc.jetstream().delete_stream(ACCESS_STREAM)

    with pytest.raises(ReadingNotRecorded, match="it is not there"):
        await recorder.record([access_record("p1")])
    with pytest.raises(ReadingNotRecorded, match="it is not there"):
        await recorder.check()


async def test_a_stream_that_is_full_refuses_what_comes_and_forgets_nothing(
    nc: ResilientClient, recorder: AccessRecorder
) -> None:
    await recorder.record([access_record("p1")])
    await nc.jetstream().update_stream(access_config().evolve(max_msgs=1))

    with pytest.raises(ReadingNotRecorded, match="maximum messages exceeded"):
        await recorder.record([access_record("p2")])

    assert await access_records(nc) == [access_record("p1")]


async def test_by_setting_a_reading_is_told_without_a_record(nc: ResilientClient, own_server: EmbeddedServer) -> None:
    recorder = AccessRecorder(nc, "best_effort")
    await own_server.stop()

    await recorder.record([access_record("p1")])

    assert recorder.not_recorded == 1
    await recorder.close()


async def test_more_than_can_wait_is_refused(
    nc: ResilientClient, recorder: AccessRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "MAX_WAITING_RECORDS", 3)

    found = await asyncio.gather(
        *(recorder.record([access_record(f"p{number}")]) for number in range(6)), return_exceptions=True
    )

    assert any(isinstance(each, ReadingNotRecorded) for each in found)
    assert len(await access_records(nc)) == found.count(None) >= 3


async def test_looking_whether_it_works_stores_nothing(nc: ResilientClient, recorder: AccessRecorder) -> None:
    await recorder.record([access_record("p1")])

    await recorder.check()

    assert len(await access_messages(nc)) == 1


async def test_who_gave_up_waiting_disturbs_nobody_else(nc: ResilientClient, recorder: AccessRecorder) -> None:
    gone = asyncio.create_task(recorder.record([access_record("p1")]))
    other = asyncio.create_task(recorder.record([access_record("p2")]))
    await asyncio.sleep(0)
    gone.cancel()

    await other

    assert access_record("p2") in await access_records(nc)


async def test_records_can_be_neither_deleted_nor_purged(nc: ResilientClient) -> None:
    config = (await nc.jetstream().stream_info(ACCESS_STREAM)).config

    assert (config.deny_delete, config.deny_purge) == (True, True)
    assert config.max_age in (None, 0)


def test_an_age_ends_records_where_it_is_set() -> None:
    assert access_config(keep_days=2192).max_age == 2192 * 24 * 60 * 60


async def test_a_stream_that_would_forget_is_not_used(own_server: EmbeddedServer) -> None:
    nc = await connect(own_server.url, name="test")
    await nc.jetstream().add_stream(
        StreamConfig(name=ACCESS_STREAM, subjects=["cairn.access.*"], storage=StorageType.MEMORY)
    )

    with pytest.raises(WrongStream, match="storage"):
        await declare_access(nc)
    await nc.close()
