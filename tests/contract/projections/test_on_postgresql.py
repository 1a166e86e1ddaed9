"""Every projection, and every query, on PostgreSQL."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from bench.peers.postgresql import postgresql
from projections.catalog import projection_named
from tests.contract.projections.builds_contract import BuildsContract
from tests.contract.projections.clinic_contract import ClinicContract
from tests.contract.projections.contract import AnyProjection, ProjectionContract
from tests.contract.projections.queries_contract import QueriesContract
from tests.waiting import eventually

NewDatabase = Callable[[], str]


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[int]:
    """The port of a PostgreSQL server; its folder is one that an account without rights can reach."""
    with TemporaryDirectory() as folder:
        async with postgresql(Path(folder)) as port:
            await eventually(lambda: _is_up(port), within=30)
            yield port


def _is_up(port: int) -> bool:
    # It listens a little before it lets anyone in.
    try:
        psycopg.connect(_url(port)).close()
    except psycopg.OperationalError:
        return False
    return True


def _url(port: int) -> str:
    return f"postgresql://postgres@127.0.0.1:{port}/postgres"


@pytest.fixture(scope="module")
def new_database(server: int) -> Iterator[NewDatabase]:
    """Gives the URL of an empty schema; to whoever connects, it is all there is."""
    numbers = count(1)
    with closing(psycopg.connect(_url(server), autocommit=True)) as connection:

        def make() -> str:
            name = f"cairn_{next(numbers)}"
            connection.execute(f"CREATE SCHEMA {name}".encode())
            return f"{_url(server)}?options=-csearch_path%3D{name}"

        yield make


class OnPostgresql(ProjectionContract):
    @pytest.fixture
    def database_url(self, new_database: NewDatabase) -> str:
        return new_database()


class TestGoalState(OnPostgresql):
    @pytest.fixture
    def projection(self) -> AnyProjection:
        return projection_named("goal_state")


class TestAuditTrail(OnPostgresql):
    @pytest.fixture
    def projection(self) -> AnyProjection:
        return projection_named("audit_trail")


class TestReviewSchedule(OnPostgresql):
    @pytest.fixture
    def projection(self) -> AnyProjection:
        return projection_named("review_schedule")


class TestBuilds(BuildsContract):
    @pytest.fixture
    def database_url(self, new_database: NewDatabase) -> str:
        return new_database()


class TestQueries(QueriesContract):
    @pytest.fixture(scope="class")
    @classmethod
    def database_url(cls, new_database: NewDatabase) -> str:
        return new_database()


class TestClinic(ClinicContract):
    @pytest.fixture(scope="class")
    @classmethod
    def database_url(cls, new_database: NewDatabase) -> str:
        return new_database()
