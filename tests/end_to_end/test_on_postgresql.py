"""A whole Cairn with its projections in PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from projections.data_dictionary import every_view
from tests.end_to_end.node import RunningNode
from tests.forked import cairn
from tests.postgresql import PostgresqlServer
from tests.waiting import eventually

Row = dict[str, Any]  # Any: a row, or JSON as it was answered


@pytest.fixture(scope="module")
def database_url(postgresql_server: PostgresqlServer) -> str:
    return postgresql_server.new_database()


@pytest.fixture(scope="module")
async def node(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningNode]:
    data = tmp_path_factory.mktemp("on_postgresql") / "data"
    node = await RunningNode.start(data, "--database-url", database_url, nats_port=0, http_port=0)
    yield node
    assert await node.stop() == 0


def rows(database_url: str, query: str) -> list[Row]:
    with psycopg.connect(database_url, row_factory=psycopg.rows.dict_row) as connection:
        return connection.execute(query.encode()).fetchall()


def sqlite_files(node: RunningNode) -> list[Path]:
    return list(Path(node.address["data"]).glob("*.db*"))


async def get(node: RunningNode, path: str) -> list[Row]:
    async with httpx.AsyncClient(base_url=node.http_url, timeout=20, headers=node.headers) as client:
        answer = await client.get(path, params={"limit": 100})
    items: list[Row] = answer.json()["items"]
    return items


async def test_everything_known_is_in_postgresql_and_read_from_there(node: RunningNode, database_url: str) -> None:
    assert not sqlite_files(node)
    goals = await get(node, "/v1/orgs/northside/goals")
    shown = rows(database_url, "SELECT goal, version FROM v_goal_current ORDER BY patient, goal")
    assert [(each["goal"], each["version"]) for each in shown] == [(each["goal"], each["version"]) for each in goals]
    assert len(goals) == 15


@pytest.mark.parametrize("view", every_view())
async def test_every_view_has_rows(node: RunningNode, database_url: str, view: str) -> None:
    # That somebody has read is recorded a moment after they have.
    await eventually(lambda: rows(database_url, f"SELECT * FROM {view} LIMIT 1"))  # noqa: S608 - ours


async def test_a_rebuild_takes_the_place_of_what_is_served(node: RunningNode, database_url: str) -> None:
    before = await get(node, "/v1/orgs/northside/reviews")
    there = ("review_schedule", "--nats-url", node.nats_url, "--database-url", database_url)
    rebuilt = await cairn("projections", "rebuild", *there)
    assert rebuilt.code == 0, rebuilt.err
    its_builds = "SELECT slot, number FROM cairn_builds WHERE projection = 'review_schedule' ORDER BY number DESC"
    assert [(each["slot"], each["number"]) for each in rows(database_url, its_builds)] == [("live", 2), ("previous", 1)]
    assert await get(node, "/v1/orgs/northside/reviews") == before
    assert (await cairn("projections", "drop-previous", "review_schedule", "--database-url", database_url)).code == 0
