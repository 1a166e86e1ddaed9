"""Every projection, and every query, on PostgreSQL."""

from datetime import date, datetime

import pytest
from sqlalchemy import Connection, func, select

from projections.catalog import projection_named
from tests.contract.projections.access_record_contract import AccessRecordContract
from tests.contract.projections.builds_contract import BuildsContract
from tests.contract.projections.checkpoints_contract import CheckpointsContract
from tests.contract.projections.clinic_contract import ClinicContract
from tests.contract.projections.contract import AnyProjection, ProjectionContract
from tests.contract.projections.disclosures_contract import DisclosuresContract
from tests.contract.projections.quarantined_contract import QuarantinedContract
from tests.contract.projections.queries_contract import QueriesContract
from tests.contract.projections.reviews_evidence_contract import ReviewsEvidenceContract
from tests.contract.projections.served_contract import ServedContract
from tests.contract.projections.views_contract import ViewsContract
from tests.postgresql import PostgresqlServer


class OnPostgresql(ProjectionContract):
    @pytest.fixture
    def database_url(self, postgresql_server: PostgresqlServer) -> str:
        return postgresql_server.new_schema()


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


class TestAccessRecord(AccessRecordContract):
    @pytest.fixture
    def database_url(self, postgresql_server: PostgresqlServer) -> str:
        return postgresql_server.new_schema()


class TestBuilds(BuildsContract):
    @pytest.fixture
    def database_url(self, postgresql_server: PostgresqlServer) -> str:
        return postgresql_server.new_schema()


class TestCheckpoints(CheckpointsContract):
    @pytest.fixture
    def database_url(self, postgresql_server: PostgresqlServer) -> str:
        return postgresql_server.new_schema()


class TestQuarantined(QuarantinedContract):
    @pytest.fixture
    def database_url(self, postgresql_server: PostgresqlServer) -> str:
        return postgresql_server.new_schema()


class TestDisclosures(DisclosuresContract):
    @pytest.fixture
    def database_url(self, postgresql_server: PostgresqlServer) -> str:
        return postgresql_server.new_schema()


class TestServed(ServedContract):
    @pytest.fixture
    def database_url(self, postgresql_server: PostgresqlServer) -> str:
        return postgresql_server.new_schema()


class TestQueries(QueriesContract):
    @pytest.fixture(scope="class")
    @classmethod
    def database_url(cls, postgresql_server: PostgresqlServer) -> str:
        return postgresql_server.new_schema()


class TestClinic(ClinicContract):
    @pytest.fixture(scope="class")
    @classmethod
    def database_url(cls, postgresql_server: PostgresqlServer) -> str:
        return postgresql_server.new_schema()


class TestReviewsEvidence(ReviewsEvidenceContract):
    @pytest.fixture(scope="class")
    @classmethod
    def database_url(cls, postgresql_server: PostgresqlServer) -> str:
        return postgresql_server.new_schema()


class TestViews(ViewsContract):
    @pytest.fixture(scope="class")
    @classmethod
    def database_url(cls, postgresql_server: PostgresqlServer) -> str:
        return postgresql_server.new_schema()

    def today(self, connection: Connection) -> tuple[date | None, datetime]:
        # The day of each plan's time zone; what it takes for now is when its transaction began.
        return None, connection.scalars(select(func.now())).one()
