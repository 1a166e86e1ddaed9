"""The databases that the contract suites are inherited for."""

from collections.abc import AsyncIterator

import pytest

from tests.postgresql import PostgresqlServer, running_postgresql


@pytest.fixture(scope="session")
async def postgresql_server() -> AsyncIterator[PostgresqlServer]:
    async with running_postgresql() as server:
        yield server
