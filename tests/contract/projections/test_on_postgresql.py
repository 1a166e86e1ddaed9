"""Every projection, and every query, on PostgreSQL."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.event import listen, remove

from projections.catalog import projection_named
from tests.contract.projections.access_record_contract import AccessRecordContract
from tests.contract.projections.builds_contract import BuildsContract
from tests.contract.projections.checkpoints_contract import CheckpointsContract
from tests.contract.projections.clinic_contract import ClinicContract
from tests.contract.projections.contract import AnyProjection, ProjectionContract
from tests.contract.projections.diary_contract import DiaryContract
from tests.contract.projections.disclosures_contract import DisclosuresContract
from tests.contract.projections.goal_at_contract import GoalAtContract
from tests.contract.projections.quarantined_contract import QuarantinedContract
from tests.contract.projections.queries_contract import QueriesContract
from tests.contract.projections.reviews_evidence_contract import ReviewsEvidenceContract
from tests.contract.projections.scale_contract import Query, ScaleContract
from tests.contract.projections.served_contract import ServedContract
from tests.contract.projections.sessions_contract import SessionsContract
from tests.contract.projections.today_contract import TodayContract
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


class TestGoalAt(GoalAtContract):
    @pytest.fixture
    def database_url(self, postgresql_server: PostgresqlServer) -> str:
        return postgresql_server.new_schema()


class TestSessions(SessionsContract):
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


class TestToday(TodayContract):
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


class Counted:
    def cost(self, connection: Connection, query: Query) -> int:
        """The pages that it looked at, and the rows that each step of its plans made or threw away."""
        found: list[int] = []

        # Any: as SQLAlchemy hands them over
        def explain(_: Connection, cursor: Any, statement: str, parameters: Any, *__: object) -> None:
            with cursor.connection.cursor() as asking:
                asking.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}", parameters)
                ((told,),) = asking.fetchall()
            plan = told[0]["Plan"]
            found.append(sum(plan[f"Shared {how} Blocks"] for how in ("Hit", "Read")))
            found.extend(map(_rows, _steps(plan)))

        listen(connection, "before_cursor_execute", explain)
        try:
            query(connection)
        finally:
            remove(connection, "before_cursor_execute", explain)
        return sum(found)


class TestDiary(Counted, DiaryContract):
    @classmethod
    def gather_statistics(cls, connection: Connection) -> None:
        connection.exec_driver_sql("VACUUM ANALYZE")

    @pytest.fixture(scope="class")
    @classmethod
    def database_urls(cls, postgresql_server: PostgresqlServer) -> tuple[str, str]:
        return postgresql_server.new_database(), postgresql_server.new_database()


class TestScale(Counted, ScaleContract):
    growing = frozenset(
        {
            *("reviews due", "reviews upcoming", "reviews of a clinician", "a calendar of a clinician"),
            "evidence in total of a clinician",
            # All that waits here is on five pages, which are read as soon as an index.
            "waiting of a clinician",
        }
    )
    _analyzed: ClassVar[set[str]] = set()

    @pytest.fixture(scope="class")
    @classmethod
    def database_urls(cls, postgresql_server: PostgresqlServer) -> tuple[str, str]:
        return postgresql_server.new_database(), postgresql_server.new_database()

    def slack(self) -> int:
        return 100

    def analyze(self, connection: Connection, analyzed: bool) -> None:
        # It does so by itself before long.
        database = str(connection.engine.url)
        if database not in self._analyzed:
            connection.exec_driver_sql("VACUUM ANALYZE")
            self._analyzed.add(database)


def _steps(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for step in plan.get("Plans", ()):
        yield from _steps(step)


def _rows(step: Mapping[str, Any]) -> int:
    removed = sum(many for name, many in step.items() if name.startswith("Rows Removed by "))
    return int((step["Actual Rows"] + removed) * step["Actual Loops"])
