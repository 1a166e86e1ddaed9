"""What the service remembers of a goal or plan: what it adds up to, and the answer to each submission."""

import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.event import Event, RecordedEvent
from events.goal import fold_goals
from events.goal import types as g
from events.goal.types import GoalPayload
from events.identity import GoalId
from events.plan import fold_plans
from events.plan import types as p
from events.plan.types import PlanPayload
from events.vocabulary import Actor
from services.goals.appends import CAIRN
from services.goals.history import History
from services.goals.packing import pack, unpack
from tests.builders import GOAL, NOON, PLAN, TODAY, entry, event, opened, proposed, recorded, smart
from tests.strategies import goal_payloads, plan_payloads

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
    answer = remembered.answer(submission)
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
    def test_holds_whatever_a_goal_adds_up_to(self, payloads: list[GoalPayload]) -> None:
        events = recorded([PROPOSAL, *(event(GOAL, payload) for payload in payloads)])
        assert again(history(events)).goal == fold_goals(events)

    @given(st.lists(plan_payloads, max_size=8))
    def test_holds_whatever_a_plan_adds_up_to(self, payloads: list[PlanPayload]) -> None:
        events = recorded([event(PLAN, opened()), *(event(PLAN, payload) for payload in payloads)])
        assert again(history(events, PLAN)).plan == fold_plans(events)

    def test_is_read_as_the_history_it_was_made_of(self) -> None:
        read = again(history())
        assert read.goal == history().goal
        assert (read.version, read.position, read.types()) == (4, 10, history().types())
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

    def test_of_another_version_of_cairn_is_not_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = history().snapshot()
        monkeypatch.setattr("services.goals.snapshot._MADE_BY", b"another")
        assert History.from_snapshot(GOAL, made) is None

    @given(st.data())
    def test_that_is_damaged_is_not_read(self, data: st.DataObject) -> None:
        made = bytearray(history().snapshot())
        made[data.draw(st.integers(0, len(made) - 1))] ^= data.draw(st.integers(1, 255))
        assert History.from_snapshot(GOAL, bytes(made)) is None

    def test_that_is_none_is_not_read(self) -> None:
        assert History.from_snapshot(GOAL, b"no snapshot") is None
        assert History.from_snapshot(GOAL, b"") is None


class TestPacking:
    @given(st.lists(goal_payloads, max_size=8))
    def test_changes_nothing_of_a_goal(self, payloads: list[GoalPayload]) -> None:
        events = recorded([PROPOSAL, *(event(GOAL, payload) for payload in payloads)])
        remembered = history(events)
        remembered.pack()
        assert remembered.ends_with(events[-1])
        assert remembered.goal == fold_goals(events)

    @given(st.lists(plan_payloads, max_size=8))
    def test_changes_nothing_of_a_plan(self, payloads: list[PlanPayload]) -> None:
        events = recorded([event(PLAN, opened()), *(event(PLAN, payload) for payload in payloads)])
        remembered = history(events, PLAN)
        remembered.pack()
        assert remembered.plan == fold_plans(events)

    def test_leaves_answers_and_snapshots_as_they_are(self) -> None:
        packed = history()
        packed.pack()
        packed.pack()
        assert positions(packed, ACTIVATION) == [(8, 2), (9, 3)]
        assert packed.snapshot() == history().snapshot()

    def test_a_packed_history_goes_on(self) -> None:
        packed = history(PAST[:2])
        packed.pack()
        for each in PAST[2:]:
            packed.take(each)
        assert packed.goal == history().goal


@pytest.mark.parametrize("length", [30, 300])
def test_a_history_answers_each_of_its_submissions(length: int) -> None:
    submissions = [event(GOAL, entry(f"e{number}"), id=f"id{number}") for number in range(length)]
    remembered = history(recorded([PROPOSAL, *submissions]))
    for _ in range(2):
        found = [positions(remembered, each) for each in submissions]
        assert found == [[(number + 2, number + 2)] for number in range(length)]
        remembered.pack()
    assert positions(again(remembered), submissions[15]) == [(17, 17)]


def test_a_packed_state_has_no_room_for_what_most_have_in_common() -> None:
    goal = history().goal
    assert goal is not None
    packed = pack(goal)
    assert len(packed.state) < 0.7 * len(zlib.compress(goal.model_dump_json(exclude_defaults=True).encode()))
    assert unpack(packed) == goal


def test_a_long_diary_is_mostly_packed() -> None:
    remembered = history(recorded([PROPOSAL, *(event(GOAL, entry(f"e{number}")) for number in range(100))]))
    assert remembered.goal is not None
    assert len(remembered.goal.progress.unpacked) < 40
