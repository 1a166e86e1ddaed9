"""What was done with a notary is recorded in the house's stream: in order, once, and as soon as NATS is there."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from events.log import connect
from events.log.client.resilient import ResilientClient
from services.administration.notary_act import NotaryAct
from services.administration.notary_history import NotaryHistories, NotaryHistory
from services.administration.recording import environment, record_notary_acts, recorded_notary_acts
from services.embedded_server import EmbeddedServer
from services.notary.acts import ActRecorder, note_act, note_missing_acts, noted_acts
from services.notary.founding import found
from services.notary.identity import NotaryFolder
from tests.waiting import eventually

STREAM = "CAIRN_LOG"
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
async def own_nc(own_server: EmbeddedServer) -> AsyncIterator[ResilientClient]:
    nc = await connect(own_server.url, name="test")
    yield nc
    await nc.close()


@pytest.fixture
def folder(tmp_path: Path) -> NotaryFolder:
    folder = NotaryFolder(tmp_path / "keys")
    found(folder, "records.clinic.example", STREAM, NOW, "ada")
    return folder


def act(reason: str) -> NotaryAct:
    return NotaryAct(kind="stopped", origin="records.clinic.example/tlog/abcdefgh-1", at=NOW, reason=reason)


async def test_what_is_noted_while_nats_is_away_is_recorded_when_it_is_there_again(
    own_server: EmbeddedServer, own_nc: ResilientClient, folder: NotaryFolder
) -> None:
    recorder = ActRecorder(own_nc, folder, STREAM)
    assert await recorder.record()
    await own_server.stop()
    await eventually(lambda: not own_nc.is_connected)
    for reason in ("one", "two", "three"):
        note_act(folder, act(reason))

    assert not await recorder.record()
    assert [each.reason for each in (await recorder.acts()).acts] == ["", "one", "two", "three"]
    assert (await recorder.acts()).recorded == 0

    await own_server.start()
    await eventually(lambda: own_nc.is_connected)
    assert await recorder.record()
    found = await recorded_notary_acts(own_nc, STREAM)
    assert [(each.kind, each.reason, each.by) for each in found] == [
        ("founded", "", "ada"),
        ("stopped", "one", ""),
        ("stopped", "two", ""),
        ("stopped", "three", ""),
    ]
    assert (await recorder.acts()).recorded == 4


async def test_what_was_lost_with_the_store_is_recorded_anew(
    own_server: EmbeddedServer, own_nc: ResilientClient, folder: NotaryFolder
) -> None:
    """A disk is swapped: the record was on it, and an older one, or none, is there now. Nothing may wait for ever."""
    recorder = ActRecorder(own_nc, folder, STREAM)
    note_act(folder, act("recorded, and lost with the disk"))
    assert await recorder.record()

    await own_server.stop()
    shutil.rmtree(own_server.data_dir / "jetstream")
    await own_server.start()
    await eventually(lambda: own_nc.is_connected and own_nc.stats["reconnects"] > 0)
    note_act(folder, act("afterwards"))
    assert await recorder.record()

    told = await recorder.acts()
    assert [each.reason for each in told.acts] == ["", "recorded, and lost with the disk", "afterwards"]
    assert told.recorded == 3
    assert await recorded_notary_acts(own_nc, STREAM) == told.acts


async def test_what_was_recorded_without_its_being_known_is_not_recorded_again(
    nc: ResilientClient, folder: NotaryFolder, org: str
) -> None:
    note_act(folder, act("one"))
    first, second = noted_acts(folder)
    await record_notary_acts(nc, org, (first,))  # and then the notary was killed

    await ActRecorder(nc, folder, org).record()

    assert await recorded_notary_acts(nc, org) == (first, second)


async def test_a_folder_that_was_put_back_takes_nothing_from_the_record(
    nc: ResilientClient, folder: NotaryFolder, org: str
) -> None:
    older = (folder.folder / "acts.json").read_bytes()
    recorder = ActRecorder(nc, folder, org)
    note_act(folder, act("lost with the folder"))
    await recorder.record()
    (folder.folder / "acts.json").write_bytes(older)
    note_act(folder, act("afterwards"))

    await recorder.record()

    told = await recorder.acts()
    assert [each.reason for each in told.acts] == ["", "lost with the folder", "afterwards"]
    assert told.recorded == 3


async def test_a_file_that_was_moved_away_does_not_have_the_notary_made_twice(
    nc: ResilientClient, folder: NotaryFolder, org: str
) -> None:
    recorder = ActRecorder(nc, folder, org)
    await recorder.record()
    (folder.folder / "acts.json").unlink()
    note_missing_acts(folder, NOW)

    await recorder.record()

    assert [(each.kind, each.by) for each in (await recorder.acts()).acts] == [("founded", "ada")]


async def test_each_act_is_an_event_of_its_own_kind_in_a_stream_that_loses_none(
    nc: ResilientClient, folder: NotaryFolder, org: str
) -> None:
    note_act(folder, act("one"))
    await ActRecorder(nc, folder, org).record()

    with NotaryHistories(environment(NotaryHistories.name, nc)) as histories:
        happened = [
            type(histories.mapper.to_domain_event(each)).__name__
            for each in histories.recorder.select_notifications(1, 1000)
            if each.originator_id == NotaryHistory.create_id(org)
        ]
    assert happened == ["Registered", "Founded", "Stopped"]
    config = (await nc.jetstream().stream_info("CAIRN_ADMIN_notary_events")).config
    assert (config.deny_delete, config.deny_purge) == (True, True)
