"""What somebody does to a log, and that an export of it and `cairn log verify`, which share no code, both find it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from events.log import Append
from events.log.backup import write_archive
from events.log.client.headers import headers_of
from services.notary.asking import NotarySilent
from services.notary.places import tree_folder
from services.notary.succession import Succession, newest_checkpoint, size_of_agreement, succeed
from services.notary.verify_history import main
from tests.anew import restore_anew
from tests.builders import NOON, event, opened, proposed, smart
from tests.doctored import allow_deletes, reword
from tests.forked import Ran, cairn
from tests.integration.notary.house import ORG, STREAM, House
from tests.waiting import eventually

GOAL = GoalId(ORG, "p1", "walk")
EVENTS = [
    event(GOAL.plan, opened(), role="clinician"),
    event(GOAL, proposed(statement="All week without dread", smart=smart())),
    event(GOAL, g.Agreed(), role="clinician", actor="c1"),
]
SAID, END = 2, 3
"""The positions of what the patient said, and of the last event."""
Said = pytest.CaptureFixture[str]


@pytest.fixture
async def signed(house: House) -> AsyncIterator[House]:
    """A log with a patient's goal, which its notary has signed and goes on signing."""
    house.found()
    await append(house, EVENTS[:1], 0)
    await append(house, EVENTS[1:], 0)
    async with house.notary():
        await house.published(END)
        yield house


async def append(house: House, events: list[Event], version: int) -> None:
    expected = await house.log.last(GOAL) if version else 0
    await house.log.append(Append(tuple(events), version=version, expected=expected))


async def run(house: House, *arguments: str) -> Ran:
    where, data = ("--nats-url", house.server.url), str(house.settings.data_dir)
    return await cairn(*arguments, *where, CAIRN_DATA_DIR=data, CAIRN_ACCESS_RECORDS="best_effort")


async def export(house: House, target: Path) -> Ran:
    return await run(house, "export", "history", str(GOAL), "--to", "program", "--output", str(target))


@asynccontextmanager
async def restarted(house: House) -> AsyncIterator[None]:
    """While the block lasts the server is stopped; behind it there is the connection again."""
    reconnects = house.nc.stats["reconnects"]
    await house.server.stop()
    yield
    await house.server.start()
    await eventually(lambda: house.nc.is_connected and house.nc.stats["reconnects"] > reconnects)
    await eventually(lambda: answers(house))


async def answers(house: House) -> bool:
    try:
        return (await house.asked.status()).stopped is None
    except NotarySilent:  # its connection is not there again yet
        return False


async def test_both_find_a_sound_log_sound(signed: House, tmp_path: Path) -> None:
    verified = await run(signed, "log", "verify")
    assert verified.code == 0, verified.out
    exported = await export(signed, tmp_path / "export")

    assert exported.code == 0, exported.err
    assert main([str(tmp_path / "export"), "--quiet"]) == 2, "nobody outside witnesses it; all else holds"


async def test_both_find_what_was_reworded_on_the_disk(signed: House, tmp_path: Path) -> None:
    before = tmp_path / "before.json"
    before.write_text((await run(signed, "log", "verify", "--json")).out)
    async with restarted(signed):
        reword(signed.server.data_dir, STREAM, SAID, b"without dread", b"without drink")

    exported = await export(signed, tmp_path / "export")
    verified = await run(signed, "log", "verify", "--since", str(before), "--json")

    assert exported.code == 1
    assert f"The event at position {SAID} is not the one that the notary has signed" in exported.err
    assert "dread" not in exported.err
    assert not (tmp_path / "export").exists()
    assert [each["kind"] for each in verified.json["findings"]] == ["changed"]


async def test_both_find_what_was_removed_from_the_disk(signed: House, tmp_path: Path) -> None:
    async with restarted(signed):
        allow_deletes(signed.server.data_dir, STREAM)
    await signed.nc.jetstream().delete_msg(STREAM, SAID)

    exported = await export(signed, tmp_path / "export")
    verified = await run(signed, "log", "verify", "--json")

    assert exported.code == 1
    assert f"an event of {GOAL} is missing: position {END} is version 2, and version 1 should come" in exported.err
    assert {"missing", "version"} <= {each["kind"] for each in verified.json["findings"]}
    assert SAID in [each["position"] for each in verified.json["findings"] if each["kind"] == "missing"]


async def test_both_find_an_event_with_a_version_that_cannot_be(signed: House, tmp_path: Path) -> None:
    """Whoever may write to the stream itself can put an event there; what it claims does not follow."""
    stored = await signed.log.raw_at(SAID)
    assert stored is not None
    headers = {name: value for name, value in headers_of(stored.headers).items() if not name.startswith("Nats-")}
    forged = {**headers, "ce-id": "forged", "ce-version": "9"}
    await signed.nc.jetstream().publish(stored.subject, stored.body, headers=forged)

    exported = await export(signed, tmp_path / "export")
    verified = await run(signed, "log", "verify", "--json")

    assert exported.code == 1
    assert f"position {END + 1} is version 9, and version {END} should come" in exported.err
    found = [(each["kind"], each["position"]) for each in verified.json["findings"]]
    assert ("version", END + 1) in found


async def test_an_older_log_that_was_put_back_is_not_exported_until_it_is_said_what_was_lost(
    signed: House, tmp_path: Path, capsys: Said
) -> None:
    """Whoever kept a checkpoint from before holds it against what comes then."""
    policy, kept = tmp_path / "policy", tmp_path / "kept"
    manifest = await write_archive(signed.nc, STREAM, tmp_path / "backup", lambda *_: None)
    await append(signed, [event(GOAL, g.Activated(), role="clinician", actor="c1")], END - 1)
    await signed.published(END + 1)
    kept.write_text(str(await signed.asked.checkpoint()))
    before = (await signed.asked.keys()).policy
    await restore_anew(signed.nc, manifest, tmp_path / "backup")
    await signed.stops()

    exported = await export(signed, tmp_path / "export")
    assert exported.code == 1
    assert "proof.stopped" in exported.err
    assert not (tmp_path / "export").exists()

    ended = signed.folder.identity()
    old, tree = signed.folder.generation(ended), tree_folder(signed.settings, ended)
    agree = await size_of_agreement(signed.log, tree, old)
    succeed(signed.folder, Succession("the disk was lost", "ana", agree, newest_checkpoint(tree, old)), NOON)
    await eventually(lambda: exports(signed, tmp_path / "again"))
    policy.write_text(before + (await signed.asked.keys()).policy.replace("quorum none\n", ""))

    given = [str(tmp_path / "again"), "--policy", str(policy), "--quiet"]
    assert main(given) == 2
    said = capsys.readouterr().out
    assert f"goes on from {ended.origin}" in said
    assert f"The first {END} of the {END + 1} events that had been signed until then are in the new one" in said
    assert main([*given, "--also", str(kept)]) == 2, "it was said that this was lost"
    forged = kept.read_text().replace(f"\n{END + 1}\n", f"\n{END + 2}\n")
    kept.write_text(forged)
    assert main([*given, "--also", str(kept)]) == 1


async def exports(house: House, target: Path) -> bool:
    return (await export(house, target)).code == 0
