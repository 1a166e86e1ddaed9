"""One log, known to be the same one, with the projections in PostgreSQL."""

import pytest

from tests.end_to_end.one_log.one_log_contract import OneLogContract
from tests.postgresql import PostgresqlServer


class TestOneLogOnPostgresql(OneLogContract):
    @pytest.fixture
    def database_url(self, postgresql_server: PostgresqlServer) -> str:
        return postgresql_server.new_database()
