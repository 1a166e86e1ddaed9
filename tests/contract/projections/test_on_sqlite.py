"""Every projection, and every query, on SQLite."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

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


class OnSqlite(ProjectionContract):
    @pytest.fixture
    def database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'cairn.db'}"


class TestGoalState(OnSqlite):
    @pytest.fixture
    def projection(self) -> AnyProjection:
        return projection_named("goal_state")


class TestAuditTrail(OnSqlite):
    @pytest.fixture
    def projection(self) -> AnyProjection:
        return projection_named("audit_trail")


class TestReviewSchedule(OnSqlite):
    @pytest.fixture
    def projection(self) -> AnyProjection:
        return projection_named("review_schedule")


class TestAccessRecord(AccessRecordContract):
    @pytest.fixture
    def database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'cairn.db'}"


class TestBuilds(BuildsContract):
    @pytest.fixture
    def database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'cairn.db'}"


class TestCheckpoints(CheckpointsContract):
    @pytest.fixture
    def database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'cairn.db'}"


class TestQuarantined(QuarantinedContract):
    @pytest.fixture
    def database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'cairn.db'}"


class TestDisclosures(DisclosuresContract):
    @pytest.fixture
    def database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'cairn.db'}"


class TestServed(ServedContract):
    @pytest.fixture
    def database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'cairn.db'}"


class TestQueries(QueriesContract):
    @pytest.fixture(scope="class")
    @classmethod
    def database_url(cls, tmp_path_factory: pytest.TempPathFactory) -> str:
        return f"sqlite:///{tmp_path_factory.mktemp('queries') / 'cairn.db'}"


class TestClinic(ClinicContract):
    @pytest.fixture(scope="class")
    @classmethod
    def database_url(cls, tmp_path_factory: pytest.TempPathFactory) -> str:
        return f"sqlite:///{tmp_path_factory.mktemp('clinic') / 'cairn.db'}"


class TestReviewsEvidence(ReviewsEvidenceContract):
    @pytest.fixture(scope="class")
    @classmethod
    def database_url(cls, tmp_path_factory: pytest.TempPathFactory) -> str:
        return f"sqlite:///{tmp_path_factory.mktemp('reviews') / 'cairn.db'}"


class TestViews(ViewsContract):
    @pytest.fixture(scope="class")
    @classmethod
    def database_url(cls, tmp_path_factory: pytest.TempPathFactory) -> str:
        return f"sqlite:///{tmp_path_factory.mktemp('views') / 'cairn.db'}"

    def today(self, connection: Connection) -> tuple[date | None, datetime]:
        # It knows no time zones: the day is that of UTC, whatever the plans say.
        day = date.fromisoformat(connection.scalars(text("SELECT date('now')")).one())
        return day, datetime.now(UTC)
