"""What is read of some days of a diary, and beside it, costs the same however long it is: a suite to inherit.

Cost is what a database counts itself, as in `scale_contract.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine

from events.identity import GoalId
from projections.audit_trail import queries as audit_trail
from projections.audit_trail.moments import moments, versions
from projections.engine.database import open_database, reading
from projections.goal_state import diary_queries
from tests.scaled import ORG, TODAY, build

Query = Callable[[Connection], object]
GOAL = GoalId(ORG, "p3", "walk")
OF_A_DIARY = ("goal_state_entries_by_day", "goal_state_entries_by_level", "audit_trail_events_by_moments")
"""The indexes that these reads are for."""
_SHORT, _LONG = 40, 400
_FIRST = TODAY - timedelta(days=28)
READS: Mapping[str, Query] = {
    "entries of some days": lambda c: diary_queries.entries(c, GOAL, first=_FIRST, last=TODAY - timedelta(days=20)),
    "levels": lambda c: diary_queries.levels(c, GOAL),
    "moments": lambda c: moments(c, GOAL, newest_first=True),
    "the history without the diary": lambda c: audit_trail.history(c, GOAL, newest_first=True, diary=False),
    "who wrote the words": lambda c: versions(c, GOAL),
}


class DiaryContract(ABC):
    """Inherit, and say which database, and how it counts."""

    @pytest.fixture(scope="class")
    @classmethod
    @abstractmethod
    def database_urls(cls, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
        """Two empty databases."""

    @abstractmethod
    def cost(self, connection: Connection, query: Query) -> int:
        """What a query costs."""

    @classmethod
    @abstractmethod
    def gather_statistics(cls, connection: Connection) -> None:
        """Do what the database does by itself before long."""

    @pytest.fixture(scope="class")
    @classmethod
    def diaries(cls, database_urls: tuple[str, str]) -> Iterator[tuple[Engine, Engine]]:
        """The first with short diaries, the second with long ones."""
        short, long = map(open_database, database_urls)
        build(short, 1, orgs=(ORG,), entries=_SHORT)
        build(long, 1, orgs=(ORG,), entries=_LONG)
        for engine in (short, long):
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                cls.gather_statistics(connection)
                connection.commit()  # on SQLite even this connection begins a transaction
        yield short, long
        short.dispose()
        long.dispose()

    @pytest.mark.parametrize("name", READS)
    def test_a_read_of_a_diary_ten_times_as_long_costs_the_same(
        self, diaries: tuple[Engine, Engine], name: str
    ) -> None:
        short, long = (self._cost(engine, READS[name]) for engine in diaries)
        assert long <= 1.3 * short + 30

    def _cost(self, engine: Engine, query: Query) -> int:
        with reading(engine) as connection:
            query(connection)  # What is asked for the first time looks into the catalog as well.
            return self.cost(connection, query)
