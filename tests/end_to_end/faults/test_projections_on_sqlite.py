"""Projections in SQLite, all in one file as usual, when processes that write them are killed."""

from itertools import count
from pathlib import Path

import pytest

from tests.end_to_end.faults.projections_contract import NewDatabase, ProjectionsContract


class TestProjectionsOnSqlite(ProjectionsContract):
    @pytest.fixture
    def new_database(self, tmp_path: Path) -> NewDatabase:
        numbers = count(1)
        return lambda: f"sqlite:///{tmp_path / f'cairn-{next(numbers)}.db'}"
