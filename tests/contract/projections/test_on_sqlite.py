"""Every projection, and every query, on SQLite."""

from pathlib import Path

import pytest

from projections.audit_trail.projection import audit_trail
from projections.goal_state.projection import goal_state
from projections.review_schedule.projection import review_schedule
from tests.contract.projections.clinic_contract import ClinicContract
from tests.contract.projections.contract import AnyProjection, ProjectionContract
from tests.contract.projections.queries_contract import QueriesContract


class OnSqlite(ProjectionContract):
    @pytest.fixture
    def database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'cairn.db'}"


class TestGoalState(OnSqlite):
    def build(self, version: int) -> AnyProjection:
        return goal_state(version)


class TestAuditTrail(OnSqlite):
    def build(self, version: int) -> AnyProjection:
        return audit_trail(version)


class TestReviewSchedule(OnSqlite):
    def build(self, version: int) -> AnyProjection:
        return review_schedule(version)


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
