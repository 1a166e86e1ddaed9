"""Which projections there are."""

import pytest

from projections.catalog import NAMES, UnknownProjection, projection_named
from projections.engine.naming import Naming, Place


@pytest.mark.parametrize("name", NAMES)
def test_each_is_found_by_its_name_and_its_live_tables_have_plain_names(name: str) -> None:
    projection = projection_named(name)
    assert projection.name == name
    for known_as, table in projection.tables().items():
        assert table.name == f"{name}_{known_as}"


@pytest.mark.parametrize("name", NAMES)
def test_what_is_built_beside_shares_no_name_with_what_is_live(name: str) -> None:
    projection = projection_named(name)
    live, following = (
        {
            name
            for table in projection.declare(naming).values()
            for name in (table.name, *(i.name for i in table.indexes))
        }
        for naming in (Naming(name, build=1), Naming(name, Place.NEXT, 2))
    )
    assert not live & following


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownProjection, match="“goals”; there are goal_state, audit_trail, review_schedule"):
        projection_named("goals")
