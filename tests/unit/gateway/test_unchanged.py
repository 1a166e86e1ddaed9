"""Whether a client has an answer already: what it says of a date counts only if that is one."""

import pytest
from starlette.responses import Response

from services.gateway.unchanged import unless_unchanged

MODIFIED = "Mon, 02 Mar 2026 12:00:05 GMT"


def status(if_modified_since: str) -> int:
    scope = {"headers": [(b"if-modified-since", if_modified_since.encode("latin-1"))]}
    return unless_unchanged(scope, Response("read", headers={"last-modified": MODIFIED})).status_code


@pytest.mark.parametrize("date", [MODIFIED, "Mon, 02 Mar 2026 21:00:05 +0900", "Tue, 03 Mar 2026 00:00:00 GMT"])
def test_nothing_is_sent_again_since_a_date_after_which_nothing_has_changed(date: str) -> None:
    assert status(date) == 304


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 02 Mar 2026 12:00:04 GMT",
        "yesterday",
        "",
        "Mon, 99 Foo 2026 99:99:99 GMT",
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2026 00:00:00 +99999999999999999999",
        f"Mon, 01 Jan {'9' * 5000} 00:00:00 GMT",
    ],
)
def test_what_is_an_earlier_date_or_none_counts_for_nothing(date: str) -> None:
    assert status(date) == 200
