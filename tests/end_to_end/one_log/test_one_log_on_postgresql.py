"""One log, known to be the same one, with the projections in PostgreSQL."""

import pytest

from tests.end_to_end.one_log.conftest import NewDatabase
from tests.end_to_end.one_log.one_log_contract import OneLogContract
from tests.postgresql import PostgresqlServer


@pytest.fixture(scope="module")
def new_database(postgresql_server: PostgresqlServer) -> NewDatabase:
    return postgresql_server.new_database


class TestOneLogOnPostgresql(OneLogContract):
    """All of it."""
