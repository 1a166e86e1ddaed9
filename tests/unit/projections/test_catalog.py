"""Which projections there are."""

import pytest

from projections.catalog import NAMES, UnknownProjection, projection_named


@pytest.mark.parametrize("name", NAMES)
def test_each_is_found_by_its_name_with_tables_that_carry_name_and_version(name: str) -> None:
    projection = projection_named(name)
    assert projection.name == name
    for known_as, table in projection.tables.items():
        assert table.name == f"{name}_{known_as}_v{projection.version}"
        assert table.metadata is projection.metadata


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownProjection, match="“goals”; there are goal_state, audit_trail, review_schedule"):
        projection_named("goals")
