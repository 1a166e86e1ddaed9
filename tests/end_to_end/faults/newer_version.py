"""A program: `cairn`, as its next version might be, with a newer version of each projection."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

from projections.catalog import projection_named
from projections.engine.projection import Projection
from services.cli import cairn


def newer(name: str) -> Projection[Any]:  # Any: of whatever state
    """The projection, raised by one version."""
    projection = projection_named(name)
    return replace(projection, version=projection.version + 1)


def main() -> None:
    with patch("projections.catalog.projection_named", newer):
        cairn()
