"""An event of the sample that is not recorded ends the loading, and it is told whether that is for the log's sake."""

from datetime import date
from typing import cast

import pytest

from events.identity import GoalId
from events.log.client.resilient import ResilientClient
from events.outcome import RejectedOutcome
from services.sample.load import SampleKeptBack, SampleRefused, load
from services.submission_client import Json

ANYBODY = cast(ResilientClient, None)


def answering(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    async def submit(_nc: ResilientClient, _goal_id: GoalId, _body: bytes) -> Json:
        return RejectedOutcome(code=code, detail="It is so.").model_dump(mode="json")

    monkeypatch.setattr("services.sample.load.submit", submit)


async def test_on_another_log_it_is_kept_back(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "log.replaced")
    with pytest.raises(SampleKeptBack, match="It is so"):
        await load(ANYBODY, date(2026, 3, 2))


async def test_by_the_rules_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "event.invalid")
    with pytest.raises(SampleRefused, match="It is so") as refused:
        await load(ANYBODY, date(2026, 3, 2))
    assert not isinstance(refused.value, SampleKeptBack)
