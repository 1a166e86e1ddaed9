"""Which projections there are."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engagement_by_week import projection as example
from projections.catalog import NAMES, UnknownProjection, UnusableProjection, every_name, projection_named
from projections.engine.naming import Naming, Slot

Installed = Callable[..., None]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installed:
    """Puts a package with entry points where Python finds installed ones."""

    def install(**brought: str) -> None:
        its = tmp_path / "a_package-1.0.dist-info"
        its.mkdir()
        (its / "METADATA").write_text("Metadata-Version: 2.1\nName: a-package\nVersion: 1.0\n")
        lines = (f"{name} = {value}\n" for name, value in brought.items())
        (its / "entry_points.txt").write_text("".join(("[cairn.projections]\n", *lines)))
        monkeypatch.syspath_prepend(tmp_path)

    return install


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
        for naming in (Naming(name, build=1), Naming(name, Slot.BUILDING, 2))
    )
    assert not live & following


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownProjection, match="“goals”; there are goal_state, audit_trail, review_schedule"):
        projection_named("goals")


def test_a_package_brings_one_by_an_entry_point(installed: Installed) -> None:
    installed(engagement_by_week="engagement_by_week.projection:PROJECTION")
    assert every_name() == (*NAMES, "engagement_by_week")
    assert projection_named("engagement_by_week") is example.PROJECTION


def test_nobody_takes_the_place_of_one_of_cairns_own(installed: Installed) -> None:
    installed(goal_state="engagement_by_week.projection:PROJECTION")
    assert every_name() == NAMES
    assert projection_named("goal_state").name == "goal_state"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (
            "engagement_by_week.nowhere:PROJECTION",
            "cannot be loaded from engagement_by_week.nowhere:PROJECTION: No mod",
        ),
        ("engagement_by_week.projection:NOTHING", "cannot be loaded from engagement_by_week.projection:NOTHING: "),
        ("engagement_by_week.projector:project", "gives for weeks is no projection"),
        ("engagement_by_week.projection:PROJECTION", "The projection “engagement_by_week” is brought as “weeks”"),
    ],
)
def test_one_that_cannot_be_used_is_refused_with_the_reason(installed: Installed, value: str, said: str) -> None:
    installed(weeks=value)
    with pytest.raises(UnusableProjection, match=said):
        projection_named("weeks")


@pytest.mark.parametrize("name", ["Weeks", "by-week", "1st", "w" * 41])
def test_a_name_is_one_that_tables_and_subjects_can_have(
    installed: Installed, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(example, "PROJECTION", replace(example.PROJECTION, name=name))
    installed(**{name: "engagement_by_week.projection:PROJECTION"})
    with pytest.raises(UnusableProjection, match="lower-case letters"):
        projection_named(name)
