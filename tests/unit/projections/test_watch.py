"""Looking each second whether tables and log are still those that a projection goes on from."""

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from events.log import Log
from events.log.stream import STREAM
from projections.catalog import projection_named
from projections.engine import watch
from projections.engine.announcing import Announcer
from projections.engine.database import open_database
from projections.engine.thread import DatabaseThread
from projections.engine.watch import Watch
from projections.engine.writer import ProjectionWriter


class SwallowingLog:
    """A log whose answer comes at the very moment of a cancellation, which nats-py may then swallow."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def check(self, _: object) -> object:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return object()
        raise AssertionError


async def test_a_cancellation_that_comes_with_the_answer_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0)
    engine, thread, log = open_database(f"sqlite:///{tmp_path / 'cairn.db'}"), DatabaseThread("test"), SwallowingLog()
    writer: ProjectionWriter[Any] = ProjectionWriter(engine, projection_named("goal_state"), STREAM)
    writer.resume()
    watching = asyncio.create_task(Watch(cast(Log, log), writer, thread, cast(Announcer, None)).forever())
    await log.asked.wait()
    watching.cancel()
    await asyncio.wait([watching], timeout=60)
    assert watching.cancelled()
    thread.close()
    engine.dispose()
