"""One log, known to be the same one, with the projections in SQLite."""

from pathlib import Path

import pytest

from tests.end_to_end.one_log.one_log_contract import OneLogContract


class TestOneLogOnSqlite(OneLogContract):
    @pytest.fixture
    def database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'cairn.db'}"
