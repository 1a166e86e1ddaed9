"""audit_trail: given events, then a row for each, and before and after where something was changed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any

import pytest
from pydantic_core import from_json

from events.event import Event, RecordedEvent
from events.goal import types as g
from events.identity import GoalId
from events.plan import types as p
from events.vocabulary import Priority
from projections.audit_trail.differences import State
from projections.audit_trail.projector import fold, kinds_told_by, project, tells_before_and_after
from tests.builders import GOAL, PLAN, active_goal, entry, event, opened, proposed, recorded, smart
from tests.contract.projections.lives import lives


def changes(given: Sequence[Event]) -> list[tuple[str, Any, Any]]:
    found = project(None, recorded(given)).upserts["changes"]
    return [(str(row["field"]), from_json(str(row["before"])), from_json(str(row["after"]))) for row in found]


def test_every_event_is_a_row_with_who_and_when() -> None:
    happened = datetime(2026, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=2)))
    (row,) = project(None, recorded([event(GOAL, proposed(), actor="p7", time=happened)])).upserts["events"]
    assert (row["actor"], row["actor_role"], row["type"]) == ("p7", "patient", "cairn.goal.proposed.v1")
    assert (row["happened_at"], row["happened_offset"]) == (happened, 120)
    assert row["recorded_at"] == datetime(2026, 3, 2, 12, 0, 1, tzinfo=UTC)
    assert from_json(str(row["data"]))["statement"] == "I want to wake up without dread"


def test_a_revision_tells_each_field_before_and_after_by_its_dotted_path() -> None:
    harder = smart(measure=smart().measure.model_copy(update={"target": 4}))  # type: ignore[union-attr]
    revised = g.Revised(changes=g.Changes(smart=harder, wording="Four groups a week"), reason="too_easy")
    assert changes([event(GOAL, proposed(smart=smart())), event(GOAL, revised)]) == [
        ("wording", None, "Four groups a week"),
        ("smart.measure.target", 3, 4),
    ]


def test_a_revision_of_a_revision_starts_from_the_one_before() -> None:
    first, second = (g.Revised(changes=g.Changes(relevance=value), reason="motivation") for value in (6, 9))
    assert changes([event(GOAL, proposed(relevance=3)), event(GOAL, first), event(GOAL, second)]) == [
        ("relevance", 3, 6),
        ("relevance", 6, 9),
    ]


def test_a_new_due_date_is_told_where_it_is_kept() -> None:
    revised = g.Revised.model_validate_json('{"changes": {"due": "2026-05-01"}, "reason": "life_event"}')
    assert changes([event(GOAL, proposed(smart=smart())), event(GOAL, revised)]) == [
        ("smart.due", None, "2026-05-01"),
        ("smart.for_weeks", 4, None),
    ]


def test_a_part_that_is_new_counts_as_one_field() -> None:
    revised = g.Revised(changes=g.Changes(smart=smart()), reason="clinical")
    ((field, before, after),) = changes([event(GOAL, proposed()), event(GOAL, revised)])
    assert (field, before) == ("smart", None)
    assert after["measure"]["target"] == 3


def test_a_corrected_entry_tells_what_stood_there() -> None:
    given = [each for each in active_goal() if not each.goal_id.is_plan]
    corrected = g.ProgressCorrected(entry="e1", mood=6, reason="typed the wrong number")
    assert changes([*given, event(GOAL, entry("e1", mood=3)), event(GOAL, corrected)]) == [("progress.e1.mood", 3, 6)]


def test_an_amended_plan_tells_what_was_amended() -> None:
    amended = p.Amended(review_every_days=7, clinician="c2", reason="wants to meet weekly")
    assert changes([event(PLAN, opened(), role="clinician"), event(PLAN, amended, role="clinician")]) == [
        ("clinician", "c1", "c2"),
        ("review_every_days", 14, 7),
    ]


def test_a_plan_is_a_row_that_follows_what_is_amended() -> None:
    given = recorded(
        [event(PLAN, opened(time_zone="Europe/Vienna")), event(PLAN, p.Amended(clinician="c2", reason="x"))]
    )
    kept = {"org": "northside", "patient": "pt-1", "time_zone": "Europe/Vienna"}
    assert project(None, given[:1]).upserts["plans"] == [{**kept, "clinician": "c1"}]
    assert project(fold(None, given[0]), given[1:]).upserts["plans"] == [{**kept, "clinician": "c2"}]
    assert project(None, recorded([event(GOAL, proposed())])).upserts["plans"] == []


def test_priorities_are_compared_by_what_they_are_not_by_their_place() -> None:
    sleep, kids = Priority(id="sleep", text="Sleep", rank=1), Priority(id="kids", text="My kids", rank=2)
    swapped = (sleep.model_copy(update={"rank": 2}), kids.model_copy(update={"rank": 1}))
    given = [
        event(PLAN, opened(), role="clinician"),
        event(PLAN, p.PrioritiesRanked(priorities=(sleep, kids))),
        event(PLAN, p.PrioritiesRanked(priorities=swapped)),
    ]
    assert changes(given)[2:] == [("priorities.kids.rank", 2, 1), ("priorities.sleep.rank", 1, 2)]


def test_only_changing_events_ask_for_the_state_before_them() -> None:
    proposal, agreed = event(GOAL, proposed()), event(GOAL, g.Agreed(), role="clinician")
    assert not tells_before_and_after(recorded([proposal, agreed]))
    revised = event(GOAL, g.Revised(changes=g.Changes(relevance=4), reason="motivation"))
    assert tells_before_and_after(recorded([proposal, revised]))


@pytest.mark.parametrize("seed", range(10))
def test_what_changed_is_told_by_some_types_of_earlier_events_alone(seed: int) -> None:
    def state(events: Iterable[RecordedEvent]) -> State | None:
        found: State | None = None
        for each in events:
            found = fold(found, each)
        return found

    told = 0
    before: dict[GoalId, list[RecordedEvent]] = defaultdict(list)
    for each in recorded(lives(Random(seed), 400)):
        earlier = before[each.goal_id]
        if tells_before_and_after([each]) and earlier:
            kinds = kinds_told_by([each])
            whole, some = state(earlier), state(one for one in earlier if type(one.data) in kinds)
            assert (whole is None) == (some is None)
            if whole and some:
                some = some.with_changes({"version": whole.version})
            assert project(some, [each]) == project(whole, [each])
            told += 1
        earlier.append(each)
    assert told > 20
