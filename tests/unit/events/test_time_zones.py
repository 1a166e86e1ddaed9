"""Time zones are those of the locked wheel, whatever the machine's own files say."""

import shutil
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from pydantic_core import to_json

from events.catalog import decode
from events.errors import Rejected
from events.event import RecordedEvent
from events.goal import fold_goals
from events.goal import types as g
from events.identity import PLAN
from events.payload import Payload
from events.plan import fold_plans
from events.plan import types as p
from events.time_zones import _RELEASED, is_time_zone, outdated, release, released_on, time_zone
from projections.review_schedule.projector import project
from services.cli.time_zone_data import tell_if_outdated
from services.reminders.notice import occasions
from tests.builders import GOAL, active_goal, event, opened, recorded
from tests.unit.events.envelopes import read_back

WINTER = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOURS = {
    "America/Vancouver": -7,  # 2026b
    "America/Edmonton": -6,  # 2026c
    "Africa/Casablanca": 0,  # 2026c
    "America/Winnipeg": -5,  # 2026e
    "America/Havana": -4,  # 2026f
    "Europe/Vienna": 1,
    "UTC": 0,
}
"""How far places are from UTC in the winter of 2026; behind each, the release of the database that says so."""


@pytest.fixture
def old_machine(tmp_path: Path) -> Iterator[None]:
    """A machine whose own files have another time for every zone that is asked for here."""
    with as_file(files("tzdata") / "zoneinfo" / "Asia" / "Tokyo") as tokyo:
        for zone in HOURS:
            file = tmp_path / zone
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(tokyo, file)
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([tmp_path])
    time_zone.cache_clear()
    yield
    zoneinfo.reset_tzpath(before)
    time_zone.cache_clear()


def hours(zone: str, at: datetime = WINTER) -> float:
    offset = at.astimezone(time_zone(zone)).utcoffset()
    assert offset is not None
    return offset / timedelta(hours=1)


def offered(zone: str) -> Payload:
    """A plan in a zone, as someone offers it."""
    data = {"reasons": [], "clinician": "c1", "time_zone": zone}
    return decode("cairn.plan.opened.v1", to_json(data), PLAN)


def test_the_machine_s_own_files_are_not_asked(old_machine: None) -> None:
    assert WINTER.astimezone(zoneinfo.ZoneInfo.no_cache("America/Vancouver")).utcoffset() == timedelta(hours=9)
    assert {zone: hours(zone) for zone in HOURS} == HOURS


def test_the_clinic_s_day_is_that_of_the_wheel(old_machine: None) -> None:
    """At half past seven in the evening in Vancouver, which by release 2025b is half past six."""
    plan = fold_plans(recorded([event(GOAL.plan, opened(time_zone="America/Vancouver"), role="clinician")]))
    assert plan is not None

    assert plan.day(datetime(2026, 12, 2, 6, 59, tzinfo=UTC)) == date(2026, 12, 1)
    assert plan.day(datetime(2026, 12, 2, 7, 0, tzinfo=UTC)) == date(2026, 12, 2)


def test_every_zone_can_be_told() -> None:
    names = [zone for zone in files("tzdata").joinpath("zones").read_text().split() if is_time_zone(zone)]

    assert len(names) > 500
    assert all(-12 <= hours(zone) <= 14 for zone in names)


@pytest.mark.parametrize("zone", ["Factory", "localtime", "posixrules", "Mars/Olympus", "", "../tzdata", "vienna"])
def test_what_is_no_place_s_zone_is_refused(zone: str) -> None:
    assert not is_time_zone(zone)
    with pytest.raises(Rejected) as refusal:
        offered(zone)
    assert [error.field for error in refusal.value.errors] == ["time_zone"]


class TestAnotherRelease:
    """A zone is renamed, taken out or redrawn after a plan was recorded with it."""

    @pytest.fixture
    def zone(self, monkeypatch: pytest.MonkeyPatch) -> str:
        """One that was recorded when it was known, and is known no more."""
        name = "America/Vancouver"
        names = frozenset({"UTC", "Europe/Vienna"})
        monkeypatch.setattr("events.time_zones._names", lambda: names)
        time_zone.cache_clear()
        return name

    @pytest.fixture
    def history(self) -> list[RecordedEvent]:
        _, *of_goal = active_goal()
        zoned = event(GOAL.plan, opened(time_zone="America/Vancouver"), role="clinician", actor="c1")
        review = g.ReviewScheduled(due_on=date(2026, 12, 1), cause="initial")
        return recorded([zoned, *of_goal, event(GOAL, review, role="clinician", actor="c1")])

    def test_changes_no_due_date(self, history: list[RecordedEvent], zone: str) -> None:
        read = [read_back(each) for each in history]
        plan, goal = fold_plans(read[:1]), fold_goals(read[1:])
        rows = project(None, read[1:]).upserts["reviews"]

        assert plan is not None
        assert plan.time_zone == zone
        assert goal is not None
        assert goal.next_review is not None
        assert goal.next_review.due_on == date(2026, 12, 1)
        assert [row["due_on"] for row in rows] == [date(2026, 12, 1)]
        assert [each.notice.due_on for each in occasions(goal, plan, 9)] == [date(2026, 12, 1)] * 2

    def test_leaves_the_plan_readable_and_its_day_that_of_utc(self, history: list[RecordedEvent], zone: str) -> None:
        data = read_back(history[0]).data

        assert isinstance(data, p.Opened)
        assert hours(data.time_zone) == 0

    def test_is_refused_for_a_plan_to_come(self, zone: str) -> None:
        with pytest.raises(Rejected) as refusal:
            offered(zone)
        assert [error.field for error in refusal.value.errors] == ["time_zone"]

    def test_is_no_reason_to_forget_the_others(self, zone: str) -> None:
        assert hours("Europe/Vienna") == 1

    @pytest.fixture(autouse=True)
    def _forget(self) -> Iterator[None]:
        yield
        time_zone.cache_clear()


class TestAge:
    def test_the_date_of_the_locked_wheel_is_known(self) -> None:
        """Put that of a new wheel into `_RELEASED` of events/time_zones.py, in the place of the old one."""
        assert release() in _RELEASED

    @pytest.mark.parametrize(
        ("release", "today", "old"),
        [
            ("2026.6", date(2026, 11, 28), False),
            ("2026.6", date(2027, 10, 27), False),
            ("2026.6", date(2027, 10, 28), True),
            ("2031.2", date(2031, 12, 31), False),
            ("2031.2", date(2032, 1, 1), True),
        ],
    )
    def test_a_wheel_that_is_a_year_old_is_told_of(self, release: str, today: date, old: bool) -> None:
        assert (outdated(release, today) is not None) is old

    def test_an_operator_is_told_at_the_start(self) -> None:
        said: list[str] = []
        tell_if_outdated(said.append, released_on(release()) + timedelta(days=364))
        assert said == []

        tell_if_outdated(said.append, released_on(release()) + timedelta(days=365))
        assert [release() in line for line in said] == [True]
