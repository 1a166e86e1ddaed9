"""A table of notes, for what needs any table at all: what is asked of it, and how one is added."""

from sqlalchemy import Engine, text

from projections.engine.database import writing

COUNT = text("SELECT count(*) FROM notes")
ENDLESS = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n")


def write(notes: Engine) -> None:
    """Add a note."""
    with writing(notes) as connection:
        connection.execute(text("INSERT INTO notes VALUES ('one')"))
