"""What unit tests share across folders."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from projections.engine.database import open_database, writing


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Engine]:
    """A database in a file of its own, with an empty table of notes (`tests/unit/notes.py`)."""
    engine = open_database(f"sqlite:///{tmp_path / 'cairn.db'}")
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE notes (note TEXT)"))
    yield engine
    engine.dispose()
