"""A projection of another package is served like Cairn's own, as soon as the package is installed."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from engagement_by_week.projection import PROJECTION
from events.identity import GoalId
from events.log import Log
from projections.engine.database import open_database, reading
from tests.integration.projections.clinic import diary, record
from tests.waiting import eventually

HOUSE = Path(__file__).parents[3]
EXAMPLE = HOUSE / "examples" / PROJECTION.name


@pytest.fixture(scope="module")
async def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the example is installed into, as a wheel, with nothing from the network."""
    folder = tmp_path_factory.mktemp("packages")
    python = ("--python", sys.executable, "--target", str(folder))
    alone = ("--no-deps", "--no-build-isolation", "--offline", "--no-cache", "--no-config")
    uv = Path(sys.executable).with_name("uv")
    process = await asyncio.create_subprocess_exec(
        uv, "pip", "install", *python, *alone, str(EXAMPLE), stdout=PIPE, stderr=PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()
    return folder


async def test_cairn_serve_projection_runs_it(
    packages: Path, log: Log, nats_url: str, org: str, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'cairn.db'}"
    await record(log, diary(GoalId(org, "pt-1", "walk"), 3))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "services.cli", "serve", "projection", PROJECTION.name),
        *("--nats-url", nats_url, "--database-url", url),
        env={**os.environ, "PYTHONPATH": f"{packages}{os.pathsep}{HOUSE}"},
        stdout=PIPE,
        stderr=DEVNULL,
    )
    try:
        assert process.stdout is not None
        ready = (await process.stdout.readline()).decode()
        assert ready.startswith("ready projection engagement_by_week from position ")
        engine = open_database(url)
        query = text("SELECT entries, days_with_entry FROM v_engagement_by_week WHERE org = :org")

        def told() -> list[tuple[int, int]]:
            with suppress(OperationalError), reading(engine) as connection:
                return [tuple(row) for row in connection.execute(query, {"org": org})]
            return []  # it is not built yet

        await eventually(lambda: told() == [(3, 1)], within=60)
        engine.dispose()
    finally:
        process.terminate()
        await process.communicate()
