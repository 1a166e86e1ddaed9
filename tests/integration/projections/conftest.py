"""Projections on a real log, each in a database of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.projections.clinic import Database

OpenDatabase = Callable[[str], Database]


@pytest.fixture
def database(tmp_path: Path, nats_url: str) -> Iterator[OpenDatabase]:
    """Gives the database of a projection, by its name."""
    opened: list[Database] = []

    def open_one(name: str) -> Database:
        opened.append(Database(name, tmp_path / f"{name}.db", nats_url))
        return opened[-1]

    yield open_one
    for each in opened:
        each.engine.dispose()
