"""Which version of a resource is the newest."""

import pytest

from services.fhir.incoming.documents import Found
from services.fhir.incoming.refusal import Json
from services.fhir.incoming.versions import Versioned, VersionMark, is_newer, mark_of, newest


def mark(version: str | None = None, updated: str | None = None, **response: str) -> VersionMark:
    meta = {name: value for name, value in {"versionId": version, "lastUpdated": updated}.items() if value}
    return mark_of(Found({"resourceType": "Goal", "meta": meta}, response=dict(response)))


JANUARY, MARCH = "2026-01-05T10:00:00Z", "2026-03-05T10:00:00+01:00"


@pytest.mark.parametrize(
    ("one", "other", "newer"),
    [
        (mark("10"), mark("9"), True),
        (mark("2", JANUARY), mark("1", MARCH), True),
        (mark("2"), mark("2"), False),
        (mark("b", MARCH), mark("a", JANUARY), True),
        (mark(updated=JANUARY), mark("7", MARCH), False),
        (mark("b"), mark("a"), None),
        (mark("2"), mark(updated=MARCH), None),
        (mark(), mark(), None),
        (mark(etag='W/"3"'), mark("2"), True),
        (mark(lastModified=MARCH), mark(updated=JANUARY), True),
    ],
)
def test_the_version_tells_else_the_last_update(one: VersionMark, other: VersionMark, newer: bool | None) -> None:
    assert is_newer(one, other) is newer


@pytest.mark.parametrize(
    "meta",
    [
        None,
        7,
        {"versionId": 7},
        {"versionId": "x" * 65},
        {"lastUpdated": "2026"},
        {"lastUpdated": "0001-01-01T00:00:00Z"},
    ],
)
def test_a_mark_that_cannot_be_read_tells_nothing(meta: Json) -> None:
    assert mark_of(Found({"resourceType": "Goal", "meta": meta})) == VersionMark()


@pytest.mark.parametrize(("newest_first", "expected"), [(False, "later"), (True, "earlier")])
def test_where_nothing_tells_the_order_of_the_file_does(newest_first: bool, expected: str) -> None:
    versions = [(name, Versioned(VersionMark(), newest_first)) for name in ("earlier", "later")]

    assert newest(versions) == expected
