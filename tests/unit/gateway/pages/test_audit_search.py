"""The form of the Audit page: days are whole and of the clinic's zone, empty fields ask nothing, nonsense is named."""

from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from events.time_zones import time_zone
from services.gateway.pages.audit.search import searched

DENVER = time_zone("America/Denver")


def test_empty_fields_ask_for_nothing_and_the_newest_come_first() -> None:
    search = searched({"patient": " ", "goal": "", "type": "", "since": "", "other": "x"}, DENVER)

    assert (search.given, search.wrong) == ({}, ())
    assert search.asked is not None
    assert search.asked.model_dump(exclude_defaults=True) == {"order": "newest", "count": True, "limit": 50}


def test_a_day_is_one_of_the_clinic_and_the_last_one_counts_whole() -> None:
    days = {
        "since": "2026-11-01",
        "until": "2026-11-01",
        "happened_since": "2026-03-08",
        "happened_until": "2026-03-08",
    }
    search = searched(days, DENVER)

    assert search.asked is not None
    # Denver sets its clocks back in the night of 1 November, and forward in that of 8 March.
    assert search.asked.since == datetime(2026, 11, 1, 6, tzinfo=UTC)
    assert search.asked.until == datetime(2026, 11, 2, 7, tzinfo=UTC)
    assert search.asked.happened_since == datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert search.asked.happened_until == datetime(2026, 3, 9, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("patient", "pt 1"),
        ("goal", "<script>"),
        ("role", "king"),
        ("since", "yesterday"),
        ("until", "9999-12-31"),
        ("happened_since", "2026-02-30"),
        ("actor", "x" * 201),
        ("type", "DROP TABLE"),
    ],
)
def test_what_cannot_be_asked_for_is_named_and_kept_as_it_was_filled_in(field: str, value: str) -> None:
    search = searched({field: value, "patient": "pt-1"} | {field: value}, DENVER)

    assert search.asked is None
    assert search.wrong == (field,)
    assert search.given[field] == value


def test_the_same_list_is_asked_of_the_api() -> None:
    search = searched({"patient": "pt-1", "actor": "a&b=c", "until": "2026-11-28"}, DENVER)

    asked = parse_qs(search.api_query("csv"))

    assert asked == {
        "patient": ["pt-1"],
        "actor": ["a&b=c"],
        "until": ["2026-11-29T00:00:00-07:00"],
        "order": ["newest"],
        "format": ["csv"],
    }
    assert parse_qs(search.query) == {"patient": ["pt-1"], "actor": ["a&b=c"], "until": ["2026-11-28"]}
