"""The notary reads the log again, and an event that was changed behind its back stops it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.notary.stream_audit import audit_stream
from tests.doctored import reword
from tests.integration.notary.house import STREAM, House
from tests.waiting import eventually


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


async def rewrite(house: House, position: int) -> None:
    """Change the clinician of a plan in the files of the server, which does not notice."""
    reconnects = house.nc.stats["reconnects"]
    await house.server.stop()
    reword(Path(house.server.data_dir), STREAM, position, b'"c1"', b'"c2"')
    await house.server.start()
    await eventually(lambda: house.nc.is_connected and house.nc.stats["reconnects"] > reconnects)
