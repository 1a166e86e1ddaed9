"""The CapabilityStatement bears the day of its last change."""

import json
from hashlib import sha256

import pytest

from services.fhir.outgoing.capability import capability_statement
from services.fhir.outgoing.elements import Json, Release

CHANGED_ON = "2026-11-30"
SAYS: dict[Release, str] = {"R4": "fd0f88e08123b816", "R5": "47183ee579cf8f79"}
"""The beginning of the SHA-256 of what the statement has said since that day."""


def stated(release: Release) -> Json:
    return capability_statement(release, "http://127.0.0.1/fhir", "1.2.3")


@pytest.mark.parametrize("release", ["R4", "R5"])
def test_a_statement_that_says_something_else_bears_another_day(release: Release) -> None:
    statement = stated(release)
    date = statement.pop("date")

    digest = sha256(json.dumps(statement, sort_keys=True).encode()).hexdigest()[:16]

    assert (date, digest) == (CHANGED_ON, SAYS[release]), (
        "The statement has changed: set its date to today, and here that day and what it says now."
    )
