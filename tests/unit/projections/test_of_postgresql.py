"""What only PostgreSQL has of tables is there on PostgreSQL, and not on SQLite."""

from sqlalchemy import Column, Index, Integer, MetaData, Table, create_mock_engine
from sqlalchemy.sql.ddl import ExecutableDDLElement

from projections.engine.of_postgresql import on_postgresql


def made(url: str) -> list[str]:
    statements: list[str] = []

    def take(statement: ExecutableDDLElement, *_: object) -> None:
        statements.append(" ".join(str(statement.compile(dialect=engine.dialect)).split()))

    engine = create_mock_engine(url, take)
    goals = Table("goals", MetaData(), Column("goal", Integer, primary_key=True), Column("raised", Integer))
    on_postgresql(goals, **{"with": {"fillfactor": 50}})
    on_postgresql(Index("dip", goals.c.raised), where=goals.c.raised > 0)
    goals.metadata.create_all(engine, checkfirst=False)
    return statements


def test_tables_and_indexes_have_their_options_on_postgresql() -> None:
    table, index = made("postgresql+psycopg://nobody@nowhere/none")
    assert table.endswith("WITH (fillfactor = 50)")
    assert index == "CREATE INDEX dip ON goals (raised) WHERE raised > 0"


def test_sqlite_does_not_get_them() -> None:
    table, index = made("sqlite://")
    assert "WITH" not in table
    assert index == "CREATE INDEX dip ON goals (raised)"
