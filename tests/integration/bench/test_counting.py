"""How long SQL takes to count the rows of a view, on both databases."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from bench import counting
from bench.counting import counted
from bench.databases import KINDS, Kind, databases
from bench.ground import workplace
from bench.options import Options
from projections.engine.database import open_database
from tests.postgresql import temporary_folder

_ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"


@pytest.fixture(scope="module", params=KINDS)
async def url(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """A database with a view of three rows, and one that has no end."""
    kind: Kind = request.param
    with workplace(Options(directory=temporary_folder())) as directory:
        async with databases(directory, (kind,)) as there:
            if there.absent:
                pytest.skip(there.absent[0].unavailable)
            async with there.new(kind) as found:
                engine = open_database(found)
                with engine.begin() as connection:
                    connection.execute(text("CREATE VIEW three AS SELECT 1 AS i UNION ALL SELECT 2 UNION ALL SELECT 3"))
                    connection.execute(text(f"CREATE VIEW endless AS {_ENDLESS}"))
                engine.dispose()
                yield found


async def test_the_rows_of_a_view_are_counted(url: str) -> None:
    run = await counted(url, "three")
    assert run.operations == 3
    assert run.rate == pytest.approx(run.seconds * 1000, abs=0.1)


async def test_a_query_without_an_end_is_ended(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "LONGEST_SECONDS", 0.05)
    run = await counted(url, "endless")
    assert run.operations == 0
    assert run.seconds >= 0.05
