"""Every projection, and every query, on PostgreSQL."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

import duckdb
import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.event import listen, remove

from projections.catalog import projection_named
from projections.data_dictionary import every_view, type_name
from projections.engine.projection import View
from tests.contract.projections.access_record_contract import AccessRecordContract
from tests.contract.projections.builds_contract import BuildsContract
from tests.contract.projections.checkpoints_contract import CheckpointsContract
from tests.contract.projections.clinic_contract import ClinicContract
from tests.contract.projections.contract import AnyProjection, ProjectionContract
from tests.contract.projections.diary_contract import DiaryContract
from tests.contract.projections.disclosures_contract import DisclosuresContract
from tests.contract.projections.places_contract import PlacesContract
from tests.contract.projections.quarantined_contract import QuarantinedContract
from tests.contract.projections.queries_contract import QueriesContract
from tests.contract.projections.readers_contract import ReadersContract, extension
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


class TestPlaces(PlacesContract):
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


class TestViews(ViewsContract, ReadersContract):
    @classmethod
    def attach(cls, reader: duckdb.DuckDBPyConnection, database_url: str) -> None:
        reader.execute(f"LOAD '{extension('duckdb_extension_postgres_scanner', 'postgres_scanner')}'")
        reader.execute(f"ATTACH '{database_url}' AS cairn (TYPE postgres, READ_ONLY)")

    @pytest.fixture(scope="class")
    @classmethod
    def database_url(cls, postgresql_server: PostgresqlServer) -> str:
        return postgresql_server.new_database()

    def today(self, connection: Connection) -> tuple[date | None, datetime]:
        # The day of each plan's time zone; what it takes for now is when its transaction began.
        return None, connection.scalars(select(func.now())).one()

    @pytest.mark.parametrize(("name", "view"), every_view().items(), ids=every_view())
    def test_every_column_is_of_the_type_that_is_described(self, connection: Connection, name: str, view: View) -> None:
        query = "SELECT data_type FROM information_schema.columns WHERE table_name = :name ORDER BY ordinal_position"
        found = [_DESCRIBED.get(each, each) for each in connection.scalars(text(query), {"name": name})]
        assert found == [type_name(column.type) for column in view.query.selected_columns]

    def test_a_count_is_a_number_for_every_client(self, connection: Connection) -> None:
        """Clients for JavaScript give texts for bigint, which is as large as no number of theirs."""
        query = "SELECT table_name, column_name FROM information_schema.columns"
        of_views = text(f"{query} WHERE data_type = 'bigint' AND table_name LIKE 'v\\_%'")
        assert {name for _, name in connection.execute(of_views)} == {"position"}


_DESCRIBED = {"character varying": "text", "timestamp with time zone": "instant"}
"""What docs/views.md calls the types of PostgreSQL that it has other words for."""


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
