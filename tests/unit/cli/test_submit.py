"""Every line has an outcome, and no event overtakes another of its patient."""

import asyncio

import pytest
from pydantic_core import from_json, to_json

from events.envelope import structured
from events.identity import GoalId
from services import submission_client
from services.cli.submit import LineSubmitter
from tests.builders import GOAL, event, proposed

Json = dict[str, object]


class GoalsService:
    """Answers submissions as it is told, and notes their order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.seen: list[tuple[str, float]] = []
        self.slow = asyncio.Event()
        self.code: str | None = None
        monkeypatch.setattr(submission_client, "submit", self.submit)

    async def submit(self, nc: object, goal_id: GoalId, body: bytes, patience: float) -> Json:
        self.seen.append((from_json(body)["id"], patience))
        if self.code:
            return {"status": "rejected", "code": self.code}
        if goal_id.patient == "slow":
            await self.slow.wait()
        return {"status": "recorded"}


def line(id: str, subject: str) -> bytes:
    return to_json({"id": id, "subject": subject})


@pytest.fixture
def goals(monkeypatch: pytest.MonkeyPatch) -> GoalsService:
    return GoalsService(monkeypatch)


def submitter() -> LineSubmitter:
    return LineSubmitter(nc=None, patience=30)  # type: ignore[arg-type]  # the connection is only handed on


async def test_one_patient_s_events_wait_for_each_other_and_not_for_other_patients(goals: GoalsService) -> None:
    submitted = submitter()
    asked = [
        asyncio.ensure_future(submitted.outcome(line(*each)))
        for each in (("plan", "n.slow.plan"), ("goal", "n.slow.g1"), ("other", "n.quick.g1"))
    ]
    await asked[2]
    assert [id for id, _ in goals.seen] == ["plan", "other"]
    goals.slow.set()
    await asyncio.gather(*asked)
    assert [id for id, _ in goals.seen] == ["plan", "other", "goal"]


async def test_after_an_event_without_a_certain_answer_no_later_one_of_the_patient_is_tried(
    goals: GoalsService,
) -> None:
    submitted = submitter()
    goals.code = "log.unavailable"
    await submitted.outcome(line("1", "n.p.g1"))
    outcome = await submitted.outcome(line("2", "n.p.g2"))
    assert outcome["code"] == "log.unavailable"
    assert str(outcome["detail"]).startswith("Not tried")
    assert [id for id, _ in goals.seen] == ["1"]


async def test_patience_is_spent_once_and_comes_back_with_success(goals: GoalsService) -> None:
    submitted = submitter()
    goals.code = "log.busy"
    await submitted.outcome(line("1", "n.p1.g"))
    goals.code = None
    await submitted.outcome(line("2", "n.p2.g"))
    await submitted.outcome(line("3", "n.p3.g"))
    assert goals.seen == [("1", 30), ("2", 0), ("3", 30)]


def line_about(subject: object) -> bytes:
    return to_json({**structured(event(GOAL, proposed())), "subject": subject})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"{", "event.invalid"),
        (b"[]", "event.invalid"),
        (b"\xff\xfe", "event.invalid"),
        (b"[" * 10_000, "event.invalid"),
        (b'"' + b"x" * 300_000 + b'"', "event.invalid"),
        (b"{}", "event.invalid"),
        (line_about(None), "identity.mismatch"),
        (line_about(7), "identity.mismatch"),
        (line_about("a.b"), "identity.mismatch"),
        (line_about("a.b.\u001b[2J"), "identity.mismatch"),
    ],
    ids=["cut off", "no object", "no text", "deep", "large", "nothing", "no subject", "number", "two parts", "escape"],
)
async def test_a_line_that_cannot_be_sent_anywhere_is_answered_here(
    goals: GoalsService, text: bytes, code: str
) -> None:
    outcome = await submitter().outcome(text)
    assert (outcome["status"], outcome["code"]) == ("rejected", code)
    assert "\x1b" not in str(outcome["detail"])
    assert goals.seen == []
