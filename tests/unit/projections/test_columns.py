"""Values as databases keep them."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from projections.engine.columns import Instant

INSTANTS = [
    datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
    datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC),
    datetime(2026, 3, 1, 12, 0, 0, 120_000, tzinfo=UTC),
    datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=timezone(timedelta())),
    datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=ZoneInfo("UTC")),
    datetime(2026, 3, 1, 0, 30, 0, 5, tzinfo=ZoneInfo("Europe/Vienna")),
    datetime(2026, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
    datetime(1850, 3, 1, 23, 30, 0, 7, tzinfo=ZoneInfo("Europe/Vienna")),
    datetime(1, 1, 2, 0, 0, 0, 999_999, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
]


@pytest.mark.parametrize("instant", INSTANTS, ids=repr)
def test_many_instants_are_written_as_each_is(instant: datetime) -> None:
    assert Instant.as_texts([instant]) == [Instant.as_text(instant)]


def test_instants_are_written_in_their_places() -> None:
    texts = Instant.as_texts([INSTANTS[1], None, INSTANTS[5]])
    assert texts == ["2026-03-01T12:00:00.000001+00:00", None, "2026-02-28T23:30:00.000005+00:00"]
    assert Instant.as_texts([]) == []
