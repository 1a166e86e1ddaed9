"""What the service remembers of a goal or plan: what it adds up to, and the answer to each submission."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json, to_json

from events.event import Event, RecordedEvent
from events.goal import fold_goals
from events.goal import types as g
from events.goal.types import GoalPayload
from events.identity import GoalId
from events.plan import fold_plans
from events.plan import types as p
from events.plan.types import PlanPayload
from events.vocabulary import Actor
from services.goals.application import CAIRN
from services.goals.history import History
from tests.builders import GOAL, NOON, PLAN, TODAY, entry, event, opened, proposed, recorded, smart
from tests.strategies import few, goal_payloads, plan_payloads

PROPOSAL = event(GOAL, proposed(smart=smart()), id="proposal")
ACTIVATION = event(GOAL, g.Activated(), role="clinician", id="activation")
FIRST_REVIEW = Event(
    GOAL, CAIRN, "review", ACTIVATION.time, ACTIVATION.actor, g.ReviewScheduled(due_on=TODAY, cause="initial"), cause=2
)
ENTRY = event(GOAL, entry("e1"), id="entry")
PAST = recorded([PROPOSAL, ACTIVATION, FIRST_REVIEW, ENTRY], first_position=7)


def history(events: Sequence[RecordedEvent] = PAST, goal_id: GoalId = GOAL) -> History:
    remembered = History(goal_id)
    for each in events:
        remembered.take(each)
    return remembered


def again(remembered: History) -> History:
    """The same from its snapshot."""
    read = History.from_snapshot(remembered.goal_id, remembered.snapshot())
    assert read is not None
    return read


def positions(remembered: History, submission: Event) -> list[tuple[int, int]] | None:
    answer = remembered.answer(submission, duplicate=True)
    return [(each.position, each.version) for each in answer.events] if answer else None


class TestAHistory:
    def test_adds_up_to_what_the_fold_says(self) -> None:
        remembered = history()
        assert remembered.goal == fold_goals(PAST)
        assert (remembered.version, remembered.position) == (4, 10)

    def test_of_a_plan_adds_up_to_the_plan(self) -> None:
        score = event(PLAN, p.Measured(instrument="phq9", score=9, on=TODAY), role="clinician")
        events = recorded([event(PLAN, opened(), role="clinician"), score])
        remembered = history(events, PLAN)
        assert remembered.plan == fold_plans(events) == again(remembered).plan
        assert remembered.goal is None

    def test_answers_a_submission_with_its_event_and_what_followed_from_it(self) -> None:
        assert positions(history(), PROPOSAL) == [(7, 1)]
        assert positions(history(), ACTIVATION) == [(8, 2), (9, 3)]
        assert positions(history(), ENTRY) == [(10, 4)]

    def test_has_no_answer_to_what_was_never_submitted(self) -> None:
        assert positions(history(), event(GOAL, entry("e2"), id="other")) is None
        assert positions(history(), event(GOAL, entry("e1"), id="entry", source="urn:another")) is None
        assert positions(history(), FIRST_REVIEW) is None

    def test_knows_its_last_event_again(self) -> None:
        assert history().ends_with(PAST[-1])
        assert history(PAST[:3]).ends_with(PAST[2])
        assert not history().ends_with(PAST[2])

    @pytest.mark.parametrize(
        "other",
        [
            recorded([PROPOSAL, ACTIVATION, FIRST_REVIEW, ENTRY], first_position=8)[-1],
            recorded([PROPOSAL, ENTRY, FIRST_REVIEW, ACTIVATION], first_position=7)[-1],
            recorded([PROPOSAL, ACTIVATION, FIRST_REVIEW, event(GOAL, entry("e1"), id="x")], first_position=7)[-1],
            *(
                recorded([PROPOSAL, ACTIVATION, FIRST_REVIEW, other], first_position=7)[-1]
                for other in (
                    replace(ENTRY, data=entry("e1", done=False)),
                    replace(ENTRY, time=NOON + timedelta(hours=1)),
                    replace(ENTRY, actor=Actor(id="p2", role="patient")),
                )
            ),
        ],
        ids=["another position", "another type", "another id", "other data", "another time", "another actor"],
    )
    def test_does_not_take_another_event_for_its_last(self, other: RecordedEvent) -> None:
        assert not history().ends_with(other)
        assert not again(history()).ends_with(other)


class TestASnapshot:
    @given(st.lists(goal_payloads, max_size=8))
    @few
    def test_holds_whatever_a_goal_adds_up_to(self, payloads: list[GoalPayload]) -> None:
        events = recorded([PROPOSAL, *(event(GOAL, payload) for payload in payloads)])
        assert again(history(events)).goal == fold_goals(events)

    @given(st.lists(plan_payloads, max_size=8))
    @few
    def test_holds_whatever_a_plan_adds_up_to(self, payloads: list[PlanPayload]) -> None:
        events = recorded([event(PLAN, opened()), *(event(PLAN, payload) for payload in payloads)])
        assert again(history(events, PLAN)).plan == fold_plans(events)

    def test_is_read_as_the_history_it_was_made_of(self) -> None:
        read = again(history())
        assert read.goal == history().goal
        assert (read.version, read.position, read.types) == (4, 10, history().types)
        assert positions(read, ACTIVATION) == [(8, 2), (9, 3)]
        assert read.ends_with(PAST[-1])

    def test_says_which_version_it_is_of(self) -> None:
        assert history().snapshot_version == 0
        assert again(history()).snapshot_version == 4

    def test_goes_on_from_where_it_was_made(self) -> None:
        read = again(history(PAST[:2]))
        for each in PAST[2:]:
            read.take(each)
        assert read.goal == history().goal
        assert read.snapshot() == history().snapshot()

    def test_of_a_goal_that_is_not_there_is_none(self) -> None:
        assert History.from_snapshot(GOAL, History(GOAL).snapshot()) is None

    @pytest.mark.parametrize(
        "damage",
        [{"folds": "0.0"}, {"types": ["cairn.goal.proposed.v1"]}, {"positions": "7"}, {"goal": {"org": "x"}}],
        ids=lambda damage: next(iter(damage)),
    )
    def test_of_another_making_is_not_read(self, damage: dict[str, object]) -> None:
        damaged = {**from_json(history().snapshot()), **damage}
        assert History.from_snapshot(GOAL, to_json(damaged)) is None

    def test_that_is_none_is_not_read(self) -> None:
        assert History.from_snapshot(GOAL, b"not JSON") is None
