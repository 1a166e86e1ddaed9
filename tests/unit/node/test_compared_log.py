"""What the background process tells a node of the log."""

import asyncio

import pytest

from services.node.compared_log import ComparedLog, found_line
from services.node.other_log import OfAnotherLog

OTHER = OfAnotherLog("audit_trail", "CAIRN_LOG", 5, 0)


async def test_it_is_heard_among_other_lines() -> None:
    log = ComparedLog(pytest.fail)
    log.hear("ready intake: accepting")
    assert not log.compared.is_set()

    log.hear(found_line([OTHER]))

    assert log.compared.is_set()
    assert log.found == [OTHER]


async def test_a_change_is_told_and_the_first_time_is_none() -> None:
    log = ComparedLog(pytest.fail)
    log.hear(found_line([OTHER]))
    log.hear(found_line([OTHER]))
    changing = asyncio.ensure_future(log.until_changed())
    await asyncio.sleep(0)
    assert not changing.done()

    log.hear(found_line([]))

    async with asyncio.timeout(60):
        await changing
    assert not log.found


async def test_trouble_is_said() -> None:
    said: list[str] = []
    ComparedLog(said.append).hear(found_line([], "The database does not answer."))
    assert said == ["The database does not answer."]


async def test_until_it_is_found_replaced_is_waited_also_when_it_is_already() -> None:
    log = ComparedLog(pytest.fail)
    log.hear(found_line([]))
    finding = asyncio.ensure_future(log.until_found())
    await asyncio.sleep(0)
    assert not finding.done()
    log.hear(found_line([OTHER]))
    async with asyncio.timeout(60):
        await finding
        await log.until_found()
