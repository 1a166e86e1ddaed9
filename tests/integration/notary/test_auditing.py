"""The notary reads the log again, and an event that was changed behind its back stops it."""

import re
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from events.log.backup import write_archive
from events.transparency.checkpoints import checkpoint_of
from services.notary.stream_audit import audit_stream
from tests.anew import make_anew, restore_anew
from tests.doctored import reword
from tests.forked import Ran, cairn
from tests.integration.notary.house import STREAM, House
from tests.waiting import eventually
from tests.witness_in_memory import WitnessInMemory, made_of


async def test_a_log_that_is_as_it_was_signed(house: House) -> None:
    house.found()
    await house.write(300)
    async with house.notary():
        await house.published(300)
    begun = datetime.now(UTC)
    async with house.notary():

        async def audited() -> bool:
            return (await house.asked.status()).audited_at is not None

        await eventually(audited)
        status = await house.asked.status()
        assert status.audited_at is not None
        assert status.audited_at >= begun
        assert (status.audit_wrong, status.stopped) == (0, None)

        for since in (1, 290):
            found = await audit_stream(
                house.log,
                house.asked,
                since=since,
                witnessed_within=timedelta(hours=1),
                progress=lambda done, of: None,
            )
            assert found.wrong == ()
            assert found.leaves is not None
            assert found.leaves.since == (1 if since == 1 else 257)
            assert found.leaves.since - 1 + found.leaves.compared == 300


async def test_an_event_that_was_reworded_on_the_disk_stops_it(house: House) -> None:
    """One of those that are not looked at whenever the notary starts."""
    house.found()
    await house.write(100)
    async with house.notary():
        await house.published(100)
    await rewrite(house, position=2)
    async with house.notary():
        assert "position 2 of the log is not what was signed (1 changed in all)" in await house.stops()
        assert (await house.asked.status()).audit_wrong == 1
    async with house.notary():
        assert "position 2" in await house.stops(), "also after a restart"


async def test_a_machine_that_was_put_back_is_wrong_and_what_was_signed_is_proven_on(
    house: House, tmp_path: Path
) -> None:
    """Its log and its tiles are older than what its notary has signed."""
    house.found()
    await house.write(3)
    async with house.notary():
        await house.published(3)
    shutil.copytree(house.settings.data_dir, tmp_path / "data-of-old")
    manifest = await write_archive(house.nc, STREAM, tmp_path / "backup", lambda *_: None)
    async with house.notary():
        await house.write(2)
        await house.published(5)
        await house.asked.sign()
    await restore_anew(house.nc, manifest, tmp_path / "backup")
    shutil.rmtree(house.settings.data_dir)
    shutil.copytree(tmp_path / "data-of-old", house.settings.data_dir)

    async with house.notary():
        assert "the log ends at position 3" in await house.stops()
        audited = await audit(house)
        assert audited.code == 1
        assert re.search(r"Wrong: The notary signs nothing since .*: the log ends at position 3, .*\.\n", audited.out)
        assert "Wrong: The log ends at position 3, and 5 positions were signed." in audited.out
        assert "Not known" not in audited.out
        note, [proof] = await house.asked.proofs((1,))
        assert (checkpoint_of(note).size, len(proof)) == (3, 2)


async def test_without_any_tile_a_stop_is_wrong_all_the_same(house: House) -> None:
    house.found()
    await house.write(3)
    async with house.notary():
        await house.published(3)
    shutil.rmtree(house.settings.data_dir)
    await make_anew(house.nc)

    async with house.notary():
        await house.stops()
        audited = await audit(house)
        assert (audited.code, "Wrong: The notary signs nothing since" in audited.out) == (1, True)
        assert (await house.asked.status()).log_head == 0


async def test_one_that_waits_for_its_witnesses_leaves_unknown_what_is_so(house: House) -> None:
    house.found()
    witness = WitnessInMemory()
    witness.at = int(time.time())
    (house.folder.folder / "policy").write_text(f"{witness.line}\nquorum {witness.name}\n")
    await house.write(3)
    async with house.notary(made_of(witness)):
        await house.published(3)
    witness.silent = True
    async with house.notary(made_of(witness)):

        async def waits() -> bool:
            return (await house.asked.status()).waiting is not None

        await eventually(waits)
        audited = await audit(house)
    assert audited.code == 2, audited.out
    assert "Not known: The notary signs nothing for now: Not enough witnesses" in audited.out
    assert "Wrong" not in audited.out


async def audit(house: House) -> Ran:
    return await cairn("log", "audit", "--without-projections", "--nats-url", house.server.url)


async def rewrite(house: House, position: int) -> None:
    """Change the clinician of a plan in the files of the server, which does not notice."""
    reconnects = house.nc.stats["reconnects"]
    await house.server.stop()
    reword(Path(house.server.data_dir), STREAM, position, b'"c1"', b'"c2"')
    await house.server.start()
    await eventually(lambda: house.nc.is_connected and house.nc.stats["reconnects"] > reconnects)
