"""Every projection, and every query, on SQLite."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import pytest
from sqlalchemy import Connection, Engine, make_url, text

from projections.catalog import NAMES, projection_named
from projections.engine.database import open_database, reading
from projections.goal_state.today import today
from tests.contract.projections.access_record_contract import AccessRecordContract
from tests.contract.projections.builds_contract import BuildsContract, counted
from tests.contract.projections.checkpoints_contract import CheckpointsContract
from tests.contract.projections.clinic_contract import ClinicContract
from tests.contract.projections.contract import STORY, AnyProjection, ProjectionContract, started, take
from tests.contract.projections.diary_contract import OF_A_DIARY, DiaryContract
from tests.contract.projections.diary_contract import READS as OF_DIARY
from tests.contract.projections.disclosures_contract import DisclosuresContract
from tests.contract.projections.goal_at_contract import GoalAtContract
from tests.contract.projections.places_contract import PlacesContract
from tests.contract.projections.quarantined_contract import QuarantinedContract
from tests.contract.projections.queries_contract import QueriesContract
from tests.contract.projections.readers_contract import ReadersContract, extension
from tests.contract.projections.reviews_evidence_contract import ReviewsEvidenceContract
from tests.contract.projections.scale_contract import CASELOADS, READS, Clinics, Query, ScaleContract
from tests.contract.projections.served_contract import ServedContract
from tests.contract.projections.sessions_contract import SessionsContract
from tests.contract.projections.today_contract import TodayContract
from tests.contract.projections.views_contract import ViewsContract
from tests.scaled import NOW, ORG, build

NOT_MISSED_HERE = frozenset({"goal_state_waiting_by_role", "goal_state_goals_by_dip", *OF_A_DIARY})
"""They find what is seldom, and here one in ten is waited for or has a dip; or they are missed in a long diary only."""


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

    def test_its_rows_are_counted_again_as_they_become_more(
        self, engine: Engine, projection: AnyProjection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        writer = started(engine, projection)
        monkeypatch.setattr("projections.engine.writer.FEWEST_EVENTS", 2)
        writer.resume()
        take(writer, STORY[:1])
        assert counted(engine, projection) == {}
        take(writer, STORY[1:6])
        few = counted(engine, projection)
        for message in STORY[6:]:
            take(writer, [message])
        assert few["goals"] < counted(engine, projection)["goals"]


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


class TestGoalAt(GoalAtContract):
    @pytest.fixture
    def database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'cairn.db'}"


class TestPlaces(PlacesContract):
    @pytest.fixture
    def database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'cairn.db'}"


class TestSessions(SessionsContract):
    @pytest.fixture
    def database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'cairn.db'}"


class TestServed(ServedContract):
    @pytest.fixture
    def database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'cairn.db'}"

    @pytest.mark.parametrize("seed", range(2, 8))
    def test_so_it_is_in_further_lives(self, engine: Engine, seed: int) -> None:
        """Here, where it costs least: what is different in them is folded before any database comes in."""
        self.live_through(engine, seed)


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


class TestToday(TodayContract):
    @pytest.fixture(scope="class")
    @classmethod
    def database_url(cls, tmp_path_factory: pytest.TempPathFactory) -> str:
        return f"sqlite:///{tmp_path_factory.mktemp('today') / 'cairn.db'}"


def test_today_costs_the_same_however_long_the_diaries_are(tmp_path: Path) -> None:
    def cost(entries: int) -> int:
        engine = open_database(f"sqlite:///{tmp_path / str(entries)}.db")
        build(engine, 1, orgs=(ORG,), entries=entries)
        steps = count()
        with reading(engine) as connection:
            driver: Any = connection.connection.dbapi_connection
            driver.set_progress_handler(lambda: next(steps) and None, 10)
            today(connection, ORG, now=NOW)
        engine.dispose()
        return next(steps)

    assert cost(1000) <= 1.1 * cost(100)


class TestReviewsEvidence(ReviewsEvidenceContract):
    @pytest.fixture(scope="class")
    @classmethod
    def database_url(cls, tmp_path_factory: pytest.TempPathFactory) -> str:
        return f"sqlite:///{tmp_path_factory.mktemp('reviews') / 'cairn.db'}"


class TestViews(ViewsContract, ReadersContract):
    @classmethod
    def attach(cls, reader: duckdb.DuckDBPyConnection, database_url: str) -> None:
        reader.execute(f"LOAD '{extension('duckdb_extension_sqlite_scanner', 'sqlite_scanner')}'")
        reader.execute(f"ATTACH '{make_url(database_url).database}' AS cairn (TYPE sqlite, READ_ONLY)")

    @pytest.fixture(scope="class")
    @classmethod
    def database_url(cls, tmp_path_factory: pytest.TempPathFactory) -> str:
        return f"sqlite:///{tmp_path_factory.mktemp('views') / 'cairn.db'}"

    def today(self, connection: Connection) -> tuple[date | None, datetime]:
        # It knows no time zones: the day is that of UTC, whatever the plans say.
        day = date.fromisoformat(connection.scalars(text("SELECT date('now')")).one())
        return day, datetime.now(UTC)


class Counted:
    def cost(self, connection: Connection, query: Query) -> int:
        """The steps of its virtual machine, in tens."""
        steps = count()
        driver: Any = connection.connection.dbapi_connection
        driver.set_progress_handler(lambda: next(steps) and None, 10)
        try:
            query(connection)
        finally:
            driver.set_progress_handler(None, 0)
        return next(steps)


class TestDiary(Counted, DiaryContract):
    @classmethod
    def gather_statistics(cls, connection: Connection) -> None:
        connection.exec_driver_sql("ANALYZE")

    @pytest.fixture(scope="class")
    @classmethod
    def database_urls(cls, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
        folder = tmp_path_factory.mktemp("diary")
        return f"sqlite:///{folder / 'short.db'}", f"sqlite:///{folder / 'long.db'}"

    def test_every_index_is_needed(self, diaries: tuple[Engine, Engine]) -> None:
        _, long = diaries
        needed = {name: self._cost(long, query) for name, query in OF_DIARY.items()}
        for index, _table in indexes(long):
            if index.rpartition("_")[0] not in OF_A_DIARY:
                continue
            with long.connect() as connection, connection.begin() as transaction:
                connection.exec_driver_sql(f"DROP INDEX {index}")
                without = {name: self.cost(connection, query) for name, query in OF_DIARY.items()}
                transaction.rollback()
            assert any(without[name] > 1.5 * needed[name] for name in OF_DIARY), index


class TestScale(Counted, ScaleContract):
    @pytest.fixture(scope="class")
    @classmethod
    def database_urls(cls, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
        folder = tmp_path_factory.mktemp("scale")
        return f"sqlite:///{folder / 'small.db'}", f"sqlite:///{folder / 'large.db'}"

    statistics = (False, True)
    _gathered: ClassVar[dict[str, Sequence[tuple[Any, ...]]]] = {}  # Any: as the driver gives them
    """Of each database, to which nothing is added meanwhile: to gather them each time took half of these tests."""

    def slack(self) -> int:
        return 30

    def analyze(self, connection: Connection, analyzed: bool) -> None:
        *_, database = connection.exec_driver_sql("PRAGMA database_list").one()
        if database not in self._gathered:
            connection.exec_driver_sql("ANALYZE")
            found = connection.exec_driver_sql("SELECT tbl, idx, stat FROM sqlite_stat1")
            self._gathered[database] = [tuple(row) for row in found]
        connection.exec_driver_sql("DELETE FROM sqlite_stat1")
        if analyzed:
            connection.exec_driver_sql("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", self._gathered[database])
        connection.exec_driver_sql("ANALYZE sqlite_schema")

    def test_every_index_is_needed(self, clinics: Clinics) -> None:
        with reading(clinics.large) as connection:
            reads = {**READS, **{name: prepare(connection) for name, prepare in CASELOADS.items()}}
        needed = {name: self._cost(clinics.large, query, analyzed=False) for name, query in reads.items()}
        for index, table in indexes(clinics.large):
            if index.rpartition("_")[0] in NOT_MISSED_HERE:
                continue
            with clinics.large.connect() as connection, connection.begin() as transaction:
                connection.exec_driver_sql(f"DROP INDEX {index}")
                without = {name: self.cost(connection, query) for name, query in reads.items()}
                transaction.rollback()
            assert any(without[name] > 1.1 * needed[name] + self.slack() for name in reads), (index, table)


def indexes(engine: Engine) -> list[tuple[str, str]]:
    """The live indexes that a projection declares, with their tables."""
    names = [table.name for name in NAMES for table in projection_named(name).tables().values()]
    query = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    with reading(engine) as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    return [(index, table) for index, table in found if table in names and "_by_" in index]
