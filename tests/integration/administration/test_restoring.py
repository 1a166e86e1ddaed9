"""`cairn log restore`: proved aside, put in place with the settings of the code, and never over what is not kept."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from events.log import Log, connect, declare_log
from events.log.backup import Manifest, read_manifest, write_archive, write_manifest
from events.log.client.resilient import ResilientClient
from events.log.digest import FirstChain
from events.log.stream import STREAM, log_config
from services.administration.recording import recorded_acts
from services.embedded_server import EmbeddedServer
from services.node.address import NodeAddress, write_address
from tests.builders import GOAL, active_goal
from tests.decided import record_decided
from tests.forked import cairn
from tests.integration.administration.conftest import EVENTS


@pytest.fixture
async def elsewhere(tmp_path: Path) -> AsyncIterator[ResilientClient]:
    """A connection to a server that has no log."""
    server = EmbeddedServer(tmp_path / "elsewhere", sync_always=False)
    await server.start()
    connection = await connect(server.url, name="operator")
    yield connection
    await connection.close()
    await server.stop()


async def test_on_a_stopped_node(backup: Path, tmp_path: Path) -> None:
    data = tmp_path / "node"
    restored = await cairn("log", "restore", str(backup), CAIRN_DATA_DIR=str(data))
    assert restored.code == 0, restored.err
    assert "Nothing is wrong" in restored.out
    assert restored.err.startswith(f"Restoring into the data folder {data}, which is new.\n")
    server = EmbeddedServer(data / "nats", sync_always=False)
    await server.start()
    nc = await connect(server.url, name="looking")
    log = Log(nc)
    anchor = read_manifest(backup).anchor
    assert (await log.check(anchor)).last == EVENTS
    [act] = await recorded_acts(nc)
    assert (act.kind, act.stream, act.position, act.fingerprint) == ("restored", STREAM, *anchor)
    await log.close()
    await nc.close()
    await server.stop()


async def test_beside_a_running_node_it_says_what_to_do(backup: Path, tmp_path: Path) -> None:
    write_address(tmp_path, NodeAddress(os.getpid(), "nats://127.0.0.1:1", "http://127.0.0.1:1"))
    refused = await cairn("log", "restore", str(backup), CAIRN_DATA_DIR=str(tmp_path))
    assert refused.code == 1
    assert f"kill {os.getpid()}" in refused.err


async def test_the_settings_are_those_of_the_code(backup: Path, elsewhere: ResilientClient) -> None:
    """Limits and a republish that somebody wrote into the manifest would forget events, and tell them elsewhere."""
    said = json.loads((backup / "manifest.json").read_text())
    said["config"] |= {"max_msgs": 3, "deny_delete": False, "republish": {"src": ">", "dest": "elsewhere.>"}}
    said["state"] = {"messages": 1, "last_seq": 1}
    (backup / "manifest.json").write_text(json.dumps(said))
    restored = await cairn("log", "restore", str(backup), "--nats-url", elsewhere.url)
    assert restored.code == 0, restored.err
    info = await elsewhere.jetstream().stream_info(STREAM)
    wanted = log_config()
    assert info.state.messages == EVENTS
    assert info.config.max_msgs in (None, -1)
    assert info.config.deny_delete
    assert info.config.republish == wanted.republish
    assert info.config.subjects == wanted.subjects


async def test_a_manifest_that_was_edited_restores_nothing(backup: Path, elsewhere: ResilientClient) -> None:
    said = json.loads((backup / "manifest.json").read_text())
    edits: list[dict[str, object]] = [
        {"digest": "ab" * 32},
        {"events": 9},
        {"archive_bytes": 7},
        {"archive_sha256": "ab" * 32},
        {"stream": "CAIRN_LOG/../x"},
        {"stream": "CAIRN_LOG_B"},
    ]
    for edit in edits:
        (backup / "manifest.json").write_text(json.dumps({**said, **edit}))
        restored = await cairn("log", "restore", str(backup), "--nats-url", elsewhere.url)
        assert restored.code == 1, edit
        assert not await elsewhere.jetstream().streams_info(), edit


async def test_an_archive_that_brings_a_consumer_along_is_refused(
    own: ResilientClient, own_log: Log, elsewhere: ResilientClient, tmp_path: Path
) -> None:
    """A consumer that pushes would hand what patients said to whoever listens on its subject."""
    await own.jetstream().subscribe("cairn.log.>", durable="eavesdropping", stream=STREAM)
    folder = tmp_path / "made-by-hand"
    manifest = await _archive_with_consumers(own, folder)
    found = Manifest.model_validate({**manifest.model_dump(), "events": EVENTS, "position": EVENTS})
    write_manifest(found, folder)
    restored = await cairn("log", "restore", str(folder), "--nats-url", elsewhere.url)
    assert restored.code == 1
    assert "consumers" in restored.err
    assert not await elsewhere.jetstream().streams_info()


async def test_a_backup_of_version_1_is_restored(
    own: ResilientClient, own_log: Log, elsewhere: ResilientClient, tmp_path: Path
) -> None:
    """Its digest leaves out the time of recording."""
    backup = tmp_path / "backup"
    assert (await cairn("log", "backup", str(backup), "--nats-url", own.url)).code == 0
    chain = FirstChain()
    for stored in sorted(await own_log.read_stored("cairn.log.>"), key=lambda each: each.position):
        chain.take(stored)
    said = json.loads((backup / "manifest.json").read_text())
    later = ("digest_version", "first", "missing", "anchor", "created")
    said = {name: value for name, value in said.items() if name not in later} | {"digest": chain.digest}
    (backup / "manifest.json").write_text(json.dumps(said))
    assert read_manifest(backup).digest_version == "v1"
    restored = await cairn("log", "restore", str(backup), "--nats-url", elsewhere.url)
    assert restored.code == 0, restored.err


class TestOverAnotherLog:
    async def test_that_is_empty(self, backup: Path, elsewhere: ResilientClient) -> None:
        await declare_log(elsewhere)
        restored = await cairn("log", "restore", str(backup), "--nats-url", elsewhere.url)
        assert restored.code == 0, restored.err
        assert (await elsewhere.jetstream().stream_info(STREAM)).state.messages == EVENTS

    async def test_that_holds_events_is_refused(self, backup: Path, elsewhere: ResilientClient) -> None:
        await declare_log(elsewhere)
        log = Log(elsewhere)
        await record_decided(log, active_goal(GOAL))
        refused = await cairn("log", "restore", str(backup), "--nats-url", elsewhere.url)
        assert refused.code == 1
        assert "holds 5 events" in refused.err
        assert "--replace" in refused.err
        await declare_log(elsewhere)  # as it was, with all that it takes in
        assert await log.head() == 5
        await log.close()

    async def test_that_is_to_be_replaced_is_backed_up_first(self, backup: Path, elsewhere: ResilientClient) -> None:
        await declare_log(elsewhere)
        log = Log(elsewhere)
        await record_decided(log, active_goal(GOAL))
        address = ("--nats-url", elsewhere.url)
        restored = await cairn("log", "restore", str(backup), "--replace", *address, "--by", "ada")
        assert restored.code == 0, restored.err
        [kept] = await asyncio.to_thread(lambda: list(backup.parent.glob("backup.replaced-*")))
        assert str(kept) in restored.err
        assert await log.head() == EVENTS

        back = await cairn("log", "restore", str(kept), "--replace", *address, "--by", "ada", "--reason", "mistaken")
        assert back.code == 0, back.err
        assert await log.head() == 5
        acts = await recorded_acts(elsewhere)
        assert [(act.by, act.reason, dict(act.lost)) for act in acts] == [
            ("ada", "", {}),
            ("ada", "mistaken", {"events": 5}),
        ]
        await log.close()


async def _archive_with_consumers(nc: ResilientClient, folder: Path) -> Manifest:
    """As a backup is made, by somebody who leaves the consumers in."""
    request = nc.request

    async def with_consumers(subject: str, payload: bytes = b"", **options: Any) -> Any:  # as nats-py has it
        return await request(subject, payload.replace(b'"no_consumers":true', b'"no_consumers":false'), **options)

    nc.request = with_consumers  # type: ignore[method-assign, assignment]  # only here
    try:
        return await write_archive(nc, STREAM, folder, lambda _: None)
    finally:
        nc.request = request  # type: ignore[method-assign]  # as above
