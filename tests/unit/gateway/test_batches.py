"""The order in which the events of a batch are submitted, and the order of their outcomes."""

import asyncio
from collections import defaultdict

from events.errors import Rejected
from events.identity import GoalId
from events.outcome import Outcome, OutcomeEvent, RecordedOutcome, RejectedOutcome
from services.gateway.incoming_events import Submission
from services.gateway.submission import submit_batch


def submission(patient: str, goal: str, body: str = "") -> Submission:
    return Submission(GoalId("northside", patient, goal), body.encode(), {})


def recorded(position: int) -> RecordedOutcome:
    return RecordedOutcome(events=(OutcomeEvent(type="t", position=position, version=1),))


class Desk:
    """Answers in the reverse order of asking, as far as it is asked for several at a time."""

    def __init__(self, busy: frozenset[str] = frozenset()) -> None:
        self.seen: dict[str, list[str]] = defaultdict(list)
        self.at_once: dict[str, int] = defaultdict(int)
        self.busy = busy
        self._position = 0

    async def __call__(self, submission: Submission) -> Outcome:
        patient = submission.goal_id.patient
        self.at_once[patient] += 1
        assert self.at_once[patient] == 1, "two events of one patient at once"
        for _ in range(10 - len(self.seen)):
            await asyncio.sleep(0)  # lets the other patients go first
        self.at_once[patient] -= 1
        self._position += 1
        self.seen[patient].append(submission.body.decode())
        if submission.body.decode() in self.busy:
            return RejectedOutcome(code="log.busy", detail="Too many events are waiting.")
        return recorded(self._position)


async def test_each_patient_s_events_are_submitted_one_after_another() -> None:
    desk = Desk()

    await submit_batch(
        [
            submission("p1", "plan", "a"),
            submission("p2", "g", "b"),
            submission("p1", "g1", "c"),
            submission("p1", "g2", "d"),
        ],
        desk,
    )

    assert desk.seen == {"p1": ["a", "c", "d"], "p2": ["b"]}


async def test_outcomes_stand_in_the_order_of_the_batch() -> None:
    unreadable = Rejected("event.invalid", "Not an event.")

    async def echo(each: Submission) -> Outcome:
        return recorded(int(each.body))

    outcomes = await submit_batch(
        [submission("p1", "g", "1"), unreadable, submission("p2", "g", "2"), submission("p1", "g", "3")], echo
    )

    assert [o.events[0].position if isinstance(o, RecordedOutcome) else o.code for o in outcomes] == [
        1,
        "event.invalid",
        2,
        3,
    ]


async def test_nothing_overtakes_an_event_without_a_certain_answer() -> None:
    desk = Desk(busy=frozenset({"b"}))

    outcomes = await submit_batch([submission("p1", "g", text) for text in "abc"] + [submission("p2", "g", "d")], desk)

    assert desk.seen == {"p1": ["a", "b"], "p2": ["d"]}
    assert [o.code if isinstance(o, RejectedOutcome) else o.status for o in outcomes] == [
        "recorded",
        "log.busy",
        "log.unavailable",
        "recorded",
    ]


async def test_an_empty_batch_has_no_outcomes() -> None:
    assert await submit_batch([], Desk()) == []
