"""Projections in PostgreSQL when processes that write them are killed."""

from collections.abc import AsyncIterator

import pytest

from tests.end_to_end.faults.projections_contract import NewDatabase, ProjectionsContract
from tests.postgresql import PostgresqlServer, running_postgresql


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[PostgresqlServer]:
    async with running_postgresql() as server:
        yield server


class TestProjectionsOnPostgresql(ProjectionsContract):
    @pytest.fixture
    def new_database(self, server: PostgresqlServer) -> NewDatabase:
        return server.new_schema
