"""For how long it counts that a goals service misses something in the log."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from nats.aio.msg import Msg
from sqlalchemy import Engine

from events.log import Log, LogUnreachable
from events.log.client.resilient import ResilientClient
from events.log.comparison import GOALS, LogComparison
from events.log.stream_state import StreamState
from projections.engine.database import open_database
from services.node.other_log import OfAnotherLog
from services.node.remembered import declare_checkpoints
from services.node.replaced_log import ReplacedLog

STREAM = "CAIRN_LOG"
MISSED = OfAnotherLog(GOALS, STREAM, 7, 5)


class Clock:
    """Stands still unless it is moved on."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class ItsLog:
    """A log that answers what it is told to."""

    def __init__(self) -> None:
        self.answers = True
        self.adopted = 0

    async def state(self) -> StreamState:
        if not self.answers:
            raise LogUnreachable("It does not answer.")
        return StreamState("", 1, 5, 5, {"metadata": {"cairn-adopted-at": str(self.adopted)}}, 0, 1)


class Heard:
    """A connection on which nobody is."""

    async def publish(self, subject: str, payload: bytes) -> None:
        """Say nothing to anybody."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("services.node.replaced_log.monotonic", clock)
    return clock


@pytest.fixture
def its_log() -> ItsLog:
    return ItsLog()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'cairn.db'}")
    declare_checkpoints(engine)
    yield engine
    engine.dispose()


@pytest.fixture
async def replaced(clock: Clock, its_log: ItsLog, engine: Engine) -> ReplacedLog:
    replaced = ReplacedLog(cast(ResilientClient, Heard()), engine, {STREAM: cast(Log, its_log)})
    await replaced.hear(said(replaced=True))
    assert list(replaced.found) == [MISSED]
    return replaced


def said(*, replaced: bool, adopted: int = 0) -> Msg:
    comparison = LogComparison(projection=GOALS, stream=STREAM, replaced=replaced, position=7, head=5, adopted=adopted)
    return Msg(_client=None, subject=f"cairn.replaced.{GOALS}", data=comparison.model_dump_json().encode())  # type: ignore[arg-type] # it is not answered


async def test_until_it_says_that_it_misses_nothing(replaced: ReplacedLog) -> None:
    assert replaced.heard.is_set()
    replaced.heard.clear()
    await replaced.hear(said(replaced=True))
    assert not replaced.heard.is_set(), "nothing is new"

    await replaced.hear(said(replaced=False))

    assert replaced.heard.is_set()
    assert not replaced.found


async def test_not_longer_than_it_says_so_while_it_could(replaced: ReplacedLog, clock: Clock) -> None:
    clock.now += 9
    await replaced.look()
    assert list(replaced.found) == [MISSED]
    clock.now += 9
    await replaced.look()
    assert not replaced.found


async def test_while_the_log_does_not_answer_nobody_can_say_so(
    replaced: ReplacedLog, its_log: ItsLog, clock: Clock
) -> None:
    its_log.answers = False
    for _ in range(3):
        clock.now += 9
        with pytest.raises(LogUnreachable):
            await replaced.look()
    its_log.answers = True
    clock.now += 9
    await replaced.look()
    assert list(replaced.found) == [MISSED]


async def test_what_was_said_before_an_adoption_counts_no_more(replaced: ReplacedLog, its_log: ItsLog) -> None:
    its_log.adopted = 3
    await replaced.look()
    assert not replaced.found

    await replaced.hear(said(replaced=True, adopted=3))
    await replaced.look()
    assert list(replaced.found) == [MISSED]
