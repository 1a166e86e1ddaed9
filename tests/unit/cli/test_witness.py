"""The commands of a witness: made once, trusting by hand, telling loudly what is wrong."""

import base64
import json
import os
import stat
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from events.transparency.keys import parse_verifier_key
from services.cli.witness import witness
from services.node.address import NodeAddress, write_address
from services.settings import Settings
from services.witness import service
from services.witness.event_count import EventCount, SeenEvent, Span
from services.witness.identity import WitnessFolder
from services.witness.records import Records
from services.witness.witnessing import Witness
from tests.witnesses import ORIGIN, SigningLog

NAME = "witness.northside.example/cairn"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WitnessFolder:
    monkeypatch.setenv("CAIRN_WITNESS_DIR", str(tmp_path / "witness"))
    return WitnessFolder(tmp_path / "witness")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(witness, arguments)


def records(folder: WitnessFolder) -> Records:
    return Records(folder.records_file, folder.identity().records)


def test_it_is_made_once_with_two_keys_that_nobody_else_can_read(folder: WitnessFolder) -> None:
    made = run("init", "--name", NAME)

    assert made.exit_code == 0, made.output
    _, policy, statements = made.output.splitlines()
    word, name, key, url = policy.split()
    assert (word, name, url) == ("witness", NAME, f"https://{NAME}")
    assert parse_verifier_key(key) == folder.cosignature_key().verifier
    assert statements == f"log {folder.statement_key().verifier}"
    assert folder.cosignature_key().seed != folder.statement_key().seed
    for file in folder.folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name
    assert stat.S_IMODE(folder.folder.stat().st_mode) == 0o700
    assert "already" in str(run("init", "--name", NAME).exception)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "x" * 250])
def test_a_name_that_no_key_can_have_is_refused(folder: WitnessFolder, name: str) -> None:
    assert "is called like an address" in str(run("init", "--name", name).exception)
    assert not folder.folder.exists()


def test_without_one_every_command_says_how_to_make_it(folder: WitnessFolder) -> None:
    for command in ("status", "serve", "recount"):
        assert "cairn witness init" in str(run(command).exception)


def test_it_counts_at_the_node_that_runs_in_the_data_folder(
    folder: WitnessFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = NodeAddress(os.getpid(), "nats://a-token@127.0.0.1:4777", "http://127.0.0.1:4780")
    write_address(tmp_path, node)
    monkeypatch.setenv("CAIRN_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("CAIRN_NATS_URL", raising=False)
    asked = []

    async def serve(settings: Settings, _: object) -> None:
        asked.append(settings.nats_address)

    monkeypatch.setattr(service, "serve", serve)
    assert run("serve").exit_code == 0
    assert run("serve", "--nats-url", "nats://127.0.0.1:4999").exit_code == 0
    assert asked == [node.nats_url, "nats://127.0.0.1:4999"]


def test_keys_are_trusted_and_distrusted_by_hand(folder: WitnessFolder, tmp_path: Path) -> None:
    run("init", "--name", NAME)
    log = SigningLog(tmp_path / "log")
    root = base64.b64encode(log.tree.root_at(0)).decode()
    for key in (log.key.verifier, log.statement_key.verifier):
        assert run("trust", str(key)).exit_code == 0
    assert run("trust", str(log.key.verifier), "--size", "3").exit_code == 2
    assert run("trust", str(log.key.verifier), "--size", "3", "--root", "no root").exit_code == 2
    assert run("trust", str(log.key.verifier), "--size", "3", "--root", root).exit_code == 0

    said = json.loads(run("status", "--json").output)
    assert said["trusted"] == sorted([str(log.key.verifier), str(log.statement_key.verifier)])
    assert said["logs"] == [{"origin": ORIGIN, "size": 3, "at": None}]

    assert run("distrust", str(log.key.verifier)).exit_code == 0
    assert run("distrust", str(log.key.verifier)).exit_code == 1
    assert json.loads(run("status", "--json").output)["trusted"] == [str(log.statement_key.verifier)]


def test_status_is_loud_where_a_log_has_two_histories(folder: WitnessFolder, tmp_path: Path) -> None:
    run("init", "--name", NAME)
    log, other = SigningLog(tmp_path / "log"), SigningLog(tmp_path / "other", history="other ")
    run("trust", str(log.key.verifier))
    with closing(records(folder)) as opened:
        own = Witness(opened, folder.cosignature_key(), lambda: 1_800_000_000)
        log.grow(3)
        own.add_checkpoint(log.request(0, 3))
        assert run("status").exit_code == 0
        own.announced(str(other.grow(3)).encode())

    status = run("status")

    assert status.exit_code == 1
    assert f"WRONG       {ORIGIN}: The log has signed two trees of 3 leaves" in status.output
    assert "refused     2027-01-15T08:00:00+00:00" in status.output


def test_counting_anew_keeps_what_was_counted_and_what_was_cosigned(folder: WitnessFolder, tmp_path: Path) -> None:
    run("init", "--name", NAME)
    log = SigningLog(tmp_path / "log")
    log.grow(3)
    run("trust", str(log.key.verifier))
    with closing(records(folder)) as opened:
        Witness(opened, folder.cosignature_key(), lambda: 1_800_000_000).add_checkpoint(log.request(0, 3))
        count = EventCount(opened, "northside", 1_800_000_000)
        count.take("CAIRN_LOG", [SeenEvent(2, "p1", "plan", 0, is_heard=True)], [Span(1, 3)])
        count.take("CAIRN_LOG", [SeenEvent(2, "p2", "plan", 0, is_heard=True)], [])
    status = run("status")
    assert status.exit_code == 1
    assert "1 event heard, 0 told by the gateway" in status.output
    assert "all events of the positions 1 to 3" in status.output

    assert run("recount").exit_code == 0

    said = json.loads(run("status", "--json").output)
    assert said["counted"] is None
    assert [each["size"] for each in said["logs"]] == [3]
    (copy,) = folder.folder.glob("records-before-*.db")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(Records(copy, folder.identity().records)) as before:
        assert EventCount(before, "northside", 0).contradiction() is not None
