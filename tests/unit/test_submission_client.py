"""Submitting an event: again while nothing can be recorded, and never without an answer."""

from types import SimpleNamespace

import pytest
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout
from pydantic_core import to_json

from events.identity import parse_goal_id
from services.submission_client import submit

GOAL = parse_goal_id("northside.p1.walk")
RECORDED = {"status": "recorded", "duplicate": False, "events": [], "notes": []}
BUSY = {"status": "rejected", "code": "log.busy", "detail": "Too much waits.", "errors": []}
REFUSED = {"status": "rejected", "code": "goal.unknown", "detail": "There is none.", "errors": []}


class Goals:
    """Stands in for a connection to the goals service; answers with what it was given, in turn, then the last."""

    is_connected = True

    def __init__(self, *answers: object):
        self._answers = list(answers)
        self.asked = 0

    async def ask(self, subject: str, *_: object) -> object:
        assert subject == "cairn.submit.northside.p1.walk"
        self.asked += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(data=to_json(answer))


@pytest.mark.parametrize("answer", [RECORDED, REFUSED], ids=["recorded", "refused"])
async def test_an_answer_that_stands_is_given_as_it_is(answer: dict[str, object]) -> None:
    goals = Goals(answer)
    assert await submit(goals, GOAL, b"{}") == answer  # type: ignore[arg-type]  # stands in
    assert goals.asked == 1


@pytest.mark.parametrize("trouble", [NoRespondersError(), NatsTimeout(), BUSY], ids=["nobody", "silence", "busy"])
async def test_trouble_that_passes_is_waited_out(trouble: object) -> None:
    goals = Goals(trouble, trouble, RECORDED)
    assert await submit(goals, GOAL, b"{}") == RECORDED  # type: ignore[arg-type]  # stands in
    assert goals.asked == 3


async def test_without_patience_it_is_submitted_once() -> None:
    goals = Goals(BUSY)
    assert await submit(goals, GOAL, b"{}", patience=0) == BUSY  # type: ignore[arg-type]  # stands in
    assert goals.asked == 1


async def test_silence_is_answered_with_what_is_known() -> None:
    outcome = await submit(Goals(NatsTimeout()), GOAL, b"{}", patience=0)  # type: ignore[arg-type]  # stands in
    assert (outcome["status"], outcome["code"]) == ("rejected", "log.unavailable")
    assert "with the same id" in outcome["detail"]
