"""When the log was last read through and backed up is noted by the commands that do so, and read by a gateway."""

from pathlib import Path

import pytest

from events.log import Log, LogUnreachable
from events.log.client.replies import Replies
from events.log.client.resilient import ResilientClient
from events.log.findings import Verification
from events.log.stream import STREAM
from services.administration.care import CareReader, LastCare, note_care
from tests.integration.administration.conftest import EVENTS, Run


async def last(nc: ResilientClient) -> LastCare:
    replies = Replies(nc)
    try:
        return await CareReader(nc, replies).last()
    finally:
        await replies.close()


async def test_verify_and_backup_note_what_they_found(
    own: ResilientClient, own_log: Log, run: Run, tmp_path: Path
) -> None:
    verified = await run("log", "verify", CAIRN_OPERATOR="ada")
    backed_up = await run("log", "backup", str(tmp_path / "backup"), CAIRN_OPERATOR="grace")

    assert (verified.code, backed_up.code) == (0, 0), backed_up.err
    found = await last(own)
    assert found.keys() == {(STREAM, "verified"), (STREAM, "backed_up")}
    assert {(care.by, care.sound, care.position) for care in found.values()} == {
        ("ada", True, EVENTS),
        ("grace", True, EVENTS),
    }


async def test_the_last_one_counts(own: ResilientClient, own_log: Log) -> None:
    wrong = Verification(events=3, position=3)
    wrong.wrong = 2
    await note_care(own, "verified", STREAM, wrong, "ada")
    await note_care(own, "verified", STREAM, Verification(events=4, position=4), "grace")

    (care,) = (await last(own)).values()

    assert (care.by, care.sound, care.wrong, care.position) == ("grace", True, 0, 4)


async def test_nothing_is_known_where_nothing_was_noted(own: ResilientClient, own_log: Log) -> None:
    with pytest.raises(LogUnreachable):
        await last(own)
