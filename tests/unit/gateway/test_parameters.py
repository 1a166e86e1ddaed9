"""What a request may ask for, and the sentence when it may not."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from services.gateway.as_of import Moment
from services.gateway.parameters import Audit, GoalsOfOrg, Live, Reviews, ThatMoment, TwoVersions

CET = timezone(timedelta(hours=1))
NOON = datetime(2026, 3, 1, 12, tzinfo=CET)


@pytest.mark.parametrize(
    "text",
    ["2026-03-01T12:00:00+01:00", "2026-03-01T12:00:00 01:00", "2026-03-01T11:00:00Z", "2026-03-01t11:00:00.000z"],
)
def test_an_instant_may_lose_its_plus_sign_on_the_way(text: str) -> None:
    assert ThatMoment.model_validate({"as_of": text}).as_of == NOON


@pytest.mark.parametrize(
    "text", ["2026-03-01T12:00:00", "2026-03-01", "1772362800", "yesterday", "", "2026-13-01T00:00:00Z"]
)
def test_an_instant_without_an_offset_is_none(text: str) -> None:
    with pytest.raises(ValidationError):
        ThatMoment.model_validate({"as_of": text})


def test_the_moment_is_now_by_default() -> None:
    assert ThatMoment().moment is None


def test_as_of_is_held_against_the_recording_by_default() -> None:
    assert ThatMoment(as_of=NOON).moment == Moment(instant=NOON, by="recorded")
    assert ThatMoment(as_of=NOON, by="happened").moment == Moment(instant=NOON, by="happened")
    assert ThatMoment(position=7).moment == Moment(position=7)


@pytest.mark.parametrize(
    "query", [{"as_of": NOON, "position": 7}, {"by": "happened"}, {"position": 7, "by": "recorded"}]
)
def test_a_moment_that_contradicts_itself_is_refused(query: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ThatMoment.model_validate(query)


def test_two_versions_are_both_named() -> None:
    versions = TwoVersions.model_validate({"from": "2", "to": "5"})

    assert (versions.from_, versions.to) == (2, 5)
    with pytest.raises(ValidationError):
        TwoVersions.model_validate({"from": "2"})


@pytest.mark.parametrize(
    ("model", "query"),
    [
        (GoalsOfOrg, {"limit": "0"}),
        (GoalsOfOrg, {"limit": "501"}),
        (GoalsOfOrg, {"limit": "many"}),
        (GoalsOfOrg, {"status": "done"}),
        (GoalsOfOrg, {"overdu": "true"}),
        (GoalsOfOrg, {"patient": "p.1"}),
        (GoalsOfOrg, {"text": ""}),
        (GoalsOfOrg, {"text": "x" * 201}),
        (GoalsOfOrg, {"text": "a\x00b"}),
        (GoalsOfOrg, {"cursor": "x" * 501}),
        (GoalsOfOrg, {"min_position": "-1"}),
        (GoalsOfOrg, {"min_position": str(2**63)}),
        (Reviews, {"day": "2026-02-30"}),
        (Reviews, {"status": "late"}),
        (Audit, {"since": "2026-03-01"}),
        (Audit, {"type": "cairn.*"}),
        (Live, {"after": "-1"}),
        (Live, {"org": "*"}),
        (Live, {"limit": "5"}),
    ],
)
def test_what_is_out_of_bounds_or_unknown_is_refused_and_never_ignored(model: Any, query: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(query)
