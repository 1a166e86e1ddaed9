"""`cairn log verify` and `cairn log backup` on a log that was damaged, tampered with, or exchanged since."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from events.log import Append, Log, connect
from events.log.client.resilient import ResilientClient
from events.log.stream import STREAM
from events.plan import types as p
from services.embedded_server import EmbeddedServer
from tests.anew import make_anew
from tests.builders import GOAL, TODAY, active_goal, event
from tests.decided import record_decided
from tests.integration.administration.conftest import EVENTS, Run


async def test_a_store_whose_last_block_was_cut(
    own_server: EmbeddedServer, own: ResilientClient, own_log: Log, run: Run, tmp_path: Path
) -> None:
    """Its end is told by the stream's own account: no reading of it ever comes to the last position."""
    await own_server.stop()
    *_, block = sorted(own_server.data_dir.rglob(f"streams/{STREAM}/msgs/*.blk"))
    with block.open("r+b") as file:
        file.truncate(block.stat().st_size - 200)
    await own_server.start()

    verified = await run("log", "verify")
    assert verified.code == 1
    assert f"position {EVENTS} is missing" in verified.out
    assert "Nothing is wrong" not in verified.out

    backed_up = await run("log", "backup", str(tmp_path / "backup"), "--json")
    assert backed_up.code == 1
    assert backed_up.json["missing"] == 1
    manifest = json.loads((tmp_path / "backup" / "manifest.json").read_text())
    assert (manifest["events"], manifest["position"], manifest["missing"]) == (EVENTS - 1, EVENTS, 1)


async def test_a_store_that_was_killed_and_whose_end_is_torn_off(
    own_server: EmbeddedServer, own: ResilientClient, own_log: Log, run: Run, tmp_path: Path
) -> None:
    """The server has no index of it then, and says of no position that it is missing: an earlier word shows it."""
    (tmp_path / "before.json").write_text((await run("log", "verify", "--json")).out)
    await own_server.kill()
    *_, block = sorted(own_server.data_dir.rglob(f"streams/{STREAM}/msgs/*.blk"))
    with block.open("r+b") as file:
        file.truncate(block.stat().st_size - 200)
    await own_server.start()

    state = (await own.jetstream().stream_info(STREAM)).state
    assert (state.last_seq, state.messages, state.num_deleted) == (EVENTS - 1, EVENTS - 1, None)
    compared = await run("log", "verify", "--since", str(tmp_path / "before.json"))
    assert compared.code == 1
    assert "is missing" not in compared.out
    assert f"the log ends here, and went up to position {EVENTS} when it was read before" in compared.out


async def test_an_event_that_nobody_decided(own: ResilientClient, own_log: Log, run: Run) -> None:
    """Words of one patient, published into the record of another, by somebody who may write the log."""
    [stored, *_] = await own_log.read_stored(GOAL.on("cairn.log"))
    subject = "cairn.log.southside.pt-9.walk"
    await own.jetstream().publish(subject, stored.data, headers=dict(stored.headers))
    verified = await run("log", "verify", "--json")
    assert verified.code == 1
    assert {finding["kind"] for finding in verified.json["findings"]} == {"subject", "rule"}
    assert {finding["subject"] for finding in verified.json["findings"]} == {subject}


class TestABackup:
    def test_says_what_is_in_it(self, backup: Path) -> None:
        manifest = json.loads((backup / "manifest.json").read_text())
        assert manifest["digest_version"] == "v2"
        assert (manifest["first"], manifest["position"], manifest["events"], manifest["missing"]) == (1, 10, 10, 0)
        assert manifest["anchor"]["position"] == EVENTS
        assert len(manifest["anchor"]["fingerprint"]) == 64
        assert manifest["created"]

    def test_is_for_its_owner_s_eyes_alone(self, backup: Path) -> None:
        assert backup.stat().st_mode & 0o777 == 0o700
        modes = {file.name: file.stat().st_mode & 0o777 for file in backup.iterdir()}
        assert modes == {"log.snapshot": 0o600, "manifest.json": 0o600}


class TestSince:
    async def test_a_backup_the_log_went_on_and_is_the_same(self, own_log: Log, run: Run, tmp_path: Path) -> None:
        assert (await run("log", "backup", str(tmp_path / "backup"))).code == 0
        measured = event(GOAL.plan, p.Measured(instrument="mood", score=5, on=TODAY), time=datetime.now(UTC))
        await own_log.append(Append((measured,), 1, 1))
        verified = await run("log", "verify", "--since", str(tmp_path / "backup" / "manifest.json"))
        assert verified.code == 0
        assert f"Up to position {EVENTS} it is the log that was read before, byte for byte." in verified.out

    async def test_an_earlier_verification_the_log_is_another(
        self, own_log: Log, own: ResilientClient, run: Run, tmp_path: Path
    ) -> None:
        """The very same events, recorded again at another time."""
        before = tmp_path / "before.json"
        before.write_text((await run("log", "verify", "--json")).out)
        await make_anew(own)
        await record_decided(own_log, [*active_goal(GOAL)])
        shorter = await run("log", "verify", "--since", str(before))
        assert shorter.code == 1
        assert f"went up to position {EVENTS}" in shorter.out

        before.write_text((await run("log", "verify", "--json")).out)
        await make_anew(own)
        await record_decided(own_log, [*active_goal(GOAL)])
        changed = await run("log", "verify", "--since", str(before), "--json")
        assert changed.code == 1
        assert [finding["kind"] for finding in changed.json["findings"]] == ["changed"]
        assert changed.json["since"] == {"position": 5, "digest_version": "v2", "same": False}

    @pytest.mark.parametrize("text", ["", "{}", '{"stream": "CAIRN_LOG", "position": -1, "digest": "x"}'])
    async def test_a_file_that_holds_no_digest(self, own_log: Log, run: Run, tmp_path: Path, text: str) -> None:
        file = tmp_path / "some.json"
        file.write_text(text)
        refused = await run("log", "verify", "--since", str(file))
        assert refused.code == 1
        assert "holds no digest of the log" in refused.err

    async def test_a_digest_of_another_stream(self, own_log: Log, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "some.json"
        file.write_text(json.dumps({"stream": "CAIRN_LOG_B", "position": 1, "digest": "ab" * 32}))
        refused = await run("log", "verify", "--since", str(file))
        assert "that of CAIRN_LOG_B" in refused.err


async def test_a_log_that_is_not_there_is_not_sound(own_server: EmbeddedServer, run: Run) -> None:
    nc = await connect(own_server.url, name="nobody")
    verified = await run("log", "verify")
    assert (verified.code, verified.out) == (1, "")
    assert "no stream" in verified.err
    await nc.close()
