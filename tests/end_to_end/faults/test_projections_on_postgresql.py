"""Projections in PostgreSQL when processes that write them are killed."""

import pytest

from tests.end_to_end.faults.projections_contract import NewDatabase, ProjectionsContract
from tests.postgresql import PostgresqlServer


class TestProjectionsOnPostgresql(ProjectionsContract):
    @pytest.fixture
    def new_database(self, postgresql_server: PostgresqlServer) -> NewDatabase:
        return postgresql_server.new_schema
