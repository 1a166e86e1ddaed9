"""Whoever has the role of deploy/postgresql/readers.sql reads Cairn's views, and can do nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege, RaiseException
from sqlalchemy import Engine, literal
from sqlalchemy.exc import InternalError

from projections.catalog import NAMES, projection_named
from projections.engine.database import open_database
from projections.engine.projection import Projection, Tables, View, Views
from projections.engine.writer import ProjectionWriter
from tests.contract.projections.contract import STORY, STREAM, take
from tests.postgresql import PostgresqlServer

READERS = (Path(__file__).parents[3] / "deploy" / "postgresql" / "readers.sql").read_text()
VIEWS = ["v_audit", "v_caseload", "v_goal_current", "v_goal_revisions", "v_reviews", "v_today"]
TABLES = ["goal_state_goals", "audit_trail_events", "review_schedule_plans", "cairn_checkpoints", "cairn_quarantine"]
AnyProjection = Projection[Any]  # Any: each remembers states of its own type
GOAL_STATE: AnyProjection = projection_named("goal_state")
_logins = count(1)


@pytest.fixture(scope="module")
def database(postgresql_server: PostgresqlServer) -> str:
    """A database in which there is no other Cairn, and where Cairn is a user with no rights of its own."""
    postgresql_server.execute("CREATE ROLE cairn LOGIN")
    return postgresql_server.new_database()


class Clinic:
    """A schema that Cairn builds its projections in, and that a dashboard reads."""

    def __init__(self, database: str):
        number = next(_logins)
        self.dashboard, self._schema = f"dashboard_{number}", f"records_{number}"
        self._url = f"{database}?options=-csearch_path%3D{self._schema}"
        self.administer(
            f"CREATE SCHEMA {self._schema}; GRANT USAGE, CREATE ON SCHEMA {self._schema} TO cairn;"
            f" CREATE ROLE {self.dashboard} LOGIN"
        )
        self.engine: Engine = open_database(self._as("cairn"))

    def close(self) -> None:
        """Leave nothing behind."""
        self.engine.dispose()
        self.administer(f"DROP SCHEMA {self._schema} CASCADE")

    def administer(self, statements: str) -> None:
        with psycopg.connect(self._as("postgres"), autocommit=True) as connection:
            connection.execute(statements.encode())

    def make_readers(self) -> None:
        self.administer(READERS)
        self.administer(f"GRANT cairn_readers TO {self.dashboard}")

    def build(self, *projections: AnyProjection) -> None:
        """Build beside what is live, and put it in its place."""
        for projection in projections:
            writer: ProjectionWriter[Any] = ProjectionWriter(self.engine, projection, STREAM, beside=True)
            writer.resume()
            take(writer, STORY)
            assert writer.go_live([STREAM])

    def build_all(self) -> None:
        self.build(*(projection_named(name) for name in NAMES))

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """As the dashboard."""
        with psycopg.connect(self._as(self.dashboard)) as connection:
            return connection.execute(query.encode()).fetchall()

    def readable(self, names: list[str]) -> list[str]:
        """Those that the dashboard may read; all of them have rows, or could have."""
        return [name for name in names if self._may(f"SELECT * FROM {self._schema}.{name} LIMIT 1")]  # noqa: S608 - ours

    def _may(self, query: str) -> bool:
        try:
            self.ask(query)
        except InsufficientPrivilege:
            return False
        return True

    def _as(self, user: str) -> str:
        return self._url.replace("//postgres@", f"//{user}@")


@pytest.fixture
def clinic(database: str) -> Iterator[Clinic]:
    clinic = Clinic(database)
    yield clinic
    clinic.close()


def test_a_login_without_the_role_reads_nothing(clinic: Clinic) -> None:
    clinic.administer(READERS)
    clinic.build_all()
    assert clinic.readable([*VIEWS, *TABLES]) == []


def test_made_before_cairns_first_start_it_reads_every_view_and_no_table(clinic: Clinic) -> None:
    clinic.make_readers()
    clinic.build_all()
    assert clinic.readable([*VIEWS, *TABLES]) == VIEWS


def test_made_beside_a_cairn_at_work_it_reads_every_view_and_no_table(clinic: Clinic) -> None:
    clinic.build_all()
    clinic.make_readers()
    clinic.make_readers()
    assert clinic.readable([*VIEWS, *TABLES]) == VIEWS


def test_a_schema_that_is_not_on_the_search_path_is_named_and_nothing_is_granted(clinic: Clinic, database: str) -> None:
    clinic.build(GOAL_STATE)
    with (
        pytest.raises(RaiseException, match=r"no tables of Cairn's on the search path \(.*\), but in: records_\d+"),
        psycopg.connect(database, autocommit=True) as connection,
    ):
        connection.execute(READERS.encode())
    assert clinic.readable(["v_goal_current"]) == []
    clinic.make_readers()
    assert clinic.readable(["v_goal_current", "goal_state_goals"]) == ["v_goal_current"]


def test_views_of_others_are_not_given_away(clinic: Clinic) -> None:
    clinic.build_all()
    clinic.administer("CREATE VIEW v_salaries AS SELECT 1")
    clinic.make_readers()
    assert clinic.readable(["v_salaries"]) == []


def test_a_reader_writes_nothing(clinic: Clinic) -> None:
    clinic.build_all()
    clinic.make_readers()
    for statement in (
        "UPDATE v_audit SET org = ''",
        "DELETE FROM v_audit",
        "INSERT INTO v_audit (org) VALUES ('northside')",
        "TRUNCATE audit_trail_events",
        "CREATE TABLE mine (one integer)",
        "CREATE OR REPLACE VIEW v_audit AS SELECT 1",
    ):
        with pytest.raises(InsufficientPrivilege):
            clinic.ask(statement)


def test_after_a_rebuild_it_reads_what_is_live_and_not_what_was(clinic: Clinic) -> None:
    clinic.make_readers()
    clinic.build_all()
    clinic.build_all()
    assert clinic.readable([*VIEWS, *TABLES, "goal_state_goals__previous"]) == VIEWS


def test_when_a_view_gets_another_column_nothing_else_changes(clinic: Clinic) -> None:
    clinic.make_readers()
    clinic.build(GOAL_STATE)
    clinic.administer("CREATE VIEW open_goals AS SELECT goal FROM v_goal_current WHERE status = 'active'")
    clinic.administer(f"GRANT SELECT ON open_goals TO {clinic.dashboard}")
    clinic.build(with_columns(lambda columns: [*columns, literal(7).label("seven")]))
    assert clinic.ask("SELECT DISTINCT seven FROM v_goal_current") == [(7,)]
    assert clinic.readable(["open_goals"])


def test_when_a_column_becomes_another_the_view_is_made_anew_and_still_read(clinic: Clinic) -> None:
    clinic.make_readers()
    clinic.build(GOAL_STATE)
    clinic.build(with_columns(lambda columns: [literal(7).label("org"), *columns[2:]]))
    assert clinic.ask("SELECT DISTINCT org FROM v_goal_current") == [(7,)]


def test_what_others_have_built_on_the_column_held_reads_it_by_its_new_name(clinic: Clinic) -> None:
    clinic.make_readers()
    clinic.build(
        with_columns(lambda columns: [each.label("held") if each.name == "quarantined" else each for each in columns])
    )
    clinic.administer("CREATE VIEW waiting AS SELECT goal, held AS in_quarantine FROM v_goal_current")
    clinic.administer(f"GRANT SELECT ON waiting TO {clinic.dashboard}")
    clinic.build(GOAL_STATE)
    assert clinic.ask("SELECT DISTINCT quarantined FROM v_goal_current") == [(False,)]
    assert clinic.ask("SELECT DISTINCT in_quarantine FROM waiting") == [(False,)]


def test_what_others_have_built_on_a_column_is_not_pulled_away(clinic: Clinic) -> None:
    clinic.make_readers()
    clinic.build(GOAL_STATE)
    clinic.administer("CREATE VIEW open_goals AS SELECT goal FROM v_goal_current WHERE status = 'active'")
    with pytest.raises(InternalError, match="view open_goals depends on view v_goal_current"):
        clinic.build(with_columns(lambda columns: columns[:1]))
    assert clinic.readable(["v_goal_current"])


def with_columns(changed: Callable[[list[Any]], list[Any]]) -> AnyProjection:  # Any: columns of many types
    """The next version of goal_state, whose view of goals has other columns."""

    def views(its: Tables, dialect: str) -> Views:
        view = GOAL_STATE.views(its, dialect)["v_goal_current"]
        columns = changed(list(view.query.selected_columns))
        query = view.query.with_only_columns(*columns, maintain_column_froms=True)
        return {"v_goal_current": View(view.about, dict.fromkeys((each.name for each in columns), ""), query)}

    return replace(GOAL_STATE, version=GOAL_STATE.version + 1, views=views)
