"""One log, known to be the same one, with the projections in SQLite."""

from itertools import count

import pytest

from tests.end_to_end.one_log.conftest import NewDatabase
from tests.end_to_end.one_log.one_log_contract import OneLogContract


@pytest.fixture(scope="module")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> NewDatabase:
    folder, numbers = tmp_path_factory.mktemp("databases"), count(1)
    return lambda: f"sqlite:///{folder / f'cairn-{next(numbers)}.db'}"


class TestOneLogOnSqlite(OneLogContract):
    """All of it."""
