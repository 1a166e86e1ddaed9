"""Others wait until projections were built for the first time, for as long as these come further."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from events.log.stream import STREAM
from projections.catalog import NAMES, projection_named
from projections.engine.database import open_database
from projections.engine.writer import ProjectionWriter
from services.node.first_builds import first_builds
from services.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    engine = open_database(settings.database_address)
    yield engine
    engine.dispose()


def begin(engine: Engine, name: str) -> ProjectionWriter[object]:
    writer = ProjectionWriter(engine, projection_named(name), STREAM)
    writer.resume()
    return writer


def build(engine: Engine, name: str) -> None:
    writer = begin(engine, name)
    writer.note("live")
    assert writer.go_live((STREAM,))


async def test_they_are_waited_for_until_the_last_one_is_live(settings: Settings, engine: Engine) -> None:
    *others, last = NAMES
    for name in others:
        build(engine, name)
    begin(engine, last)
    waiting = asyncio.create_task(first_builds(settings))
    done, _ = await asyncio.wait({waiting}, timeout=0.2)
    assert not done
    await asyncio.to_thread(build, engine, last)
    await asyncio.wait_for(waiting, 60)


async def test_what_is_live_is_not_waited_for_when_it_is_built_anew(settings: Settings, engine: Engine) -> None:
    for name in NAMES:
        build(engine, name)
    ProjectionWriter(engine, projection_named(NAMES[0]), STREAM, beside=True).resume()
    await asyncio.wait_for(first_builds(settings), 60)


async def test_a_build_that_nobody_goes_on_with_is_not_waited_for(settings: Settings, engine: Engine) -> None:
    begin(engine, NAMES[0])
    await asyncio.wait_for(first_builds(settings, patience=0.01), 60)


async def test_a_database_that_does_not_answer_is_not_waited_for(tmp_path: Path) -> None:
    nowhere = Settings(data_dir=tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none")
    await asyncio.wait_for(first_builds(nowhere, patience=0.01), 60)
