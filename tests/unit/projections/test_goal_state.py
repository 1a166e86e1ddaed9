"""goal_state: given events, then rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from events.event import Event, RecordedEvent
from events.goal import fold_goals
from events.goal import types as g
from events.goal.reading import read_goal_document
from events.identity import GoalId
from events.plan import PlanState
from events.plan import types as p
from events.vocabulary import ActorRole, External, ReviewDecision
from projections.engine.database import open_database
from projections.engine.projection import Projected, Remembered, Tables, Upcoming
from projections.engine.sequence import OutOfSequence
from projections.engine.writer import ProjectionWriter
from projections.goal_state.projection import PROJECTION
from projections.goal_state.projector import State, project, statement_hash
from tests.builders import GOAL, PLAN, active_goal, entry, event, gas, opened, proposed, recorded, smart
from tests.stored import stored


def rows(given: Sequence[Event], table: str = "goals") -> Sequence[Any]:
    of_the_plan = table in ("plans", "cadences", "measurements")
    projected = project(None, recorded(each for each in given if each.goal_id.is_plan == of_the_plan))
    assert not any(projected.deletes.values())
    return projected.upserts.get(table, ())


def after(given: Sequence[Event], then: Event) -> Projected[State]:
    """What one more event of the goal writes."""
    *before, last = recorded(each for each in [*given, then] if not each.goal_id.is_plan)
    state = project(None, before).after
    assert state is not None
    return project(state.state, [last])


def test_a_goal_is_one_row_however_much_has_happened() -> None:
    (row,) = rows([*active_goal(), event(GOAL, entry("e1")), event(GOAL, entry("e2"))])
    assert (row["org"], row["patient"], row["goal"]) == GOAL
    assert (row["status"], row["version"]) == ("active", 5)


def test_a_document_holds_the_state_that_the_fold_gives_but_for_the_diary() -> None:
    given = [each for each in active_goal() if not each.goal_id.is_plan]
    state = fold_goals(recorded(given))
    assert state is not None
    (row,) = rows([*given, event(GOAL, entry("e1"))])
    (document,) = rows([*given, event(GOAL, entry("e1"))], "documents")
    assert row["version"] == len(given) + 1
    text = str(document["document"])
    assert state == read_goal_document(
        GOAL, text, version=state.version, position=state.position, updated_at=state.updated_at
    )


def test_an_entry_of_a_long_diary_is_one_new_row_and_a_few_columns() -> None:
    diary = [event(GOAL, entry(f"e{day}")) for day in range(200)]
    projected = after([*active_goal(), *diary], event(GOAL, entry("last", mood=6)))
    (row,) = projected.upserts["entries"]
    assert (row["entry"], row["mood"], row["version"]) == ("last", 6, 204)
    (columns,) = projected.updates["goals"]
    assert columns["version"] == 204
    assert "search" not in columns
    assert not projected.upserts.get("goals")
    assert not projected.upserts.get("documents")
    assert not any(projected.upserts.get(table) for table in ("reviews", "waiting"))


def test_what_an_entry_does_not_say_is_unknown() -> None:
    (row,) = rows([*active_goal(), event(GOAL, entry("e1", done=False))], "entries")
    assert row["done"] is False
    assert [row[name] for name in ("value", "level", "mood", "motivation", "note", "setback")] == [None] * 6


def test_a_correction_is_written_over_its_entry() -> None:
    given = [*active_goal(), event(GOAL, entry("e1", mood=3)), event(GOAL, entry("e2", mood=4))]
    projected = after(given, event(GOAL, g.ProgressCorrected(entry="e1", mood=6, reason="typed 3")))
    (row,) = projected.upserts["entries"]
    assert (row["entry"], row["version"], row["mood"], row["corrected"]) == ("e1", 4, 6, True)


def test_what_happens_to_a_goals_reviews_is_kept_step_by_step() -> None:
    scheduled = event(GOAL, g.ReviewScheduled(due_on=date(2026, 3, 16), cause="initial"), role="system", actor="cairn")
    begun, due, held, ended = rows(
        [
            *active_goal(),
            scheduled,
            event(GOAL, reviewed(date(2026, 3, 17))),
            event(GOAL, g.Closed(outcome="achieved", reason="done")),
        ],
        "review_steps",
    )
    assert [row["step"] for row in (begun, due, held, ended)] == ["begun", "set", "held", "ended"]
    assert (due["due_on"], due["cause"], due["actor"]) == (date(2026, 3, 16), "initial", "cairn")
    assert (held["held_on"], held["with_patient"], held["closes"]) == (date(2026, 3, 17), True, False)


def test_a_review_that_ends_the_work_says_so() -> None:
    *_, held = rows([*active_goal(), event(GOAL, reviewed(date(2026, 3, 17), "achieve"))], "review_steps")
    assert (held["step"], held["closes"]) == ("held", True)


def test_a_plan_keeps_each_cadence_that_it_came_to_ask_for() -> None:
    amended = p.Amended(review_every_days=21, reason="steadier")
    shorter = p.Amended(accommodations=("short_reviews",), reason="asked for it")
    score = p.Measured(instrument="phq9", score=11, on=date(2026, 3, 2))
    events = [event(PLAN, data, role="clinician") for data in (opened(), score, amended, shorter)]
    assert [(row["version"], row["every_days"], row["at_most_days"]) for row in rows(events, "cadences")] == [
        (1, 14, None),
        (3, 21, None),
        (4, 21, 7),
    ]


def test_what_is_waited_for_comes_and_goes() -> None:
    given = [event(GOAL, proposed())]
    (waits,) = rows(given, "waiting")
    assert (waits["role"], waits["awaited"], waits["request"]) == ("clinician", "agreement", "")
    agreed = after(given, event(GOAL, g.Agreed(), role="clinician"))
    assert agreed.upserts["waiting"] == []
    assert agreed.deletes["waiting"] == [{**GOAL._asdict(), "role": "clinician", "awaited": "agreement", "request": ""}]


def test_a_change_request_waits_for_the_other_side_with_its_text() -> None:
    asked = g.ChangeRequested(request="r1", text="Could it be evenings?")
    (row,) = after(active_goal(), event(GOAL, asked)).upserts["waiting"]
    assert (row["role"], row["awaited"], row["request"]) == ("clinician", "answer_to_change_request", "r1")
    assert row["text"] == "Could it be evenings?"


def test_setbacks_count_until_they_are_looked_at_together() -> None:
    setbacks = [event(GOAL, entry(f"e{day}", date(2026, 3, day), setback=True)) for day in (3, 5)]
    assert rows([*active_goal(), *setbacks])[0]["setbacks"] == 2
    assert rows([*active_goal(), *setbacks, event(GOAL, reviewed(date(2026, 3, 4)))])[0]["setbacks"] == 1
    assert rows([*active_goal(), *setbacks, event(GOAL, reviewed(date(2026, 3, 5)))])[0]["setbacks"] == 0


@pytest.mark.parametrize(("role", "own"), [("patient", True), ("clinician", False), ("family", False)])
def test_own_words_are_those_that_came_from_the_patient(role: ActorRole, own: bool) -> None:
    assert rows([event(GOAL, proposed(), role=role)])[0]["own_words"] is own


def test_whose_words_an_imported_goal_is_in_is_unknown() -> None:
    imported = g.Imported(statement="Walk", status="proposed", external=(External(system="ehr", value="1"),))
    assert rows([event(GOAL, imported, role="system")])[0]["own_words"] is None


def test_a_goal_is_measurable_by_what_its_plan_asks_for() -> None:
    three = gas(levels={"-1": "less", "0": "as hoped", "1": "more"})
    (row,) = rows([event(GOAL, proposed(gas=three))])
    assert (row["measurable"], row["measurable_simplified"], row["framework"]) == (False, True, "gas")
    assert rows([event(GOAL, proposed(smart=smart()))])[0]["measurable"] is True


@pytest.mark.parametrize("text", ["I want to walk, daily!", "  i WANT to\nwalk daily", "I want to walk daily."])
def test_the_same_text_has_the_same_hash_whatever_its_case_spacing_and_punctuation(text: str) -> None:
    assert statement_hash(text) == statement_hash("I want to walk daily")


def test_texts_of_signs_only_are_still_told_apart() -> None:
    assert statement_hash("!") != statement_hash("?")


def test_going_on_from_the_state_comes_to_the_same_columns_as_all_at_once() -> None:
    given = [*active_goal(), event(GOAL, entry("e1", motivation=9)), event(GOAL, entry("e2", motivation=4))]
    events = recorded(each for each in given if not each.goal_id.is_plan)
    first = project(None, events[:3])
    assert first.after is not None
    then, at_once = project(first.after.state, events[3:]), project(None, events)
    assert then.upserts["entries"] == at_once.upserts["entries"]
    (columns,), (row,) = then.updates["goals"], at_once.upserts["goals"]
    assert columns["raise_at_next_session"] is True
    assert columns == {name: row[name] for name in columns}


def reviewed(on: date, decision: ReviewDecision = "keep") -> g.Reviewed:
    return g.Reviewed(on=on, participants=("patient", "clinician"), decision=decision)


def test_whose_agreement_is_outstanding_can_be_filtered_by() -> None:
    (row,) = rows([event(GOAL, proposed())])
    assert row["awaiting"] == "clinician"


def test_the_next_review_is_a_column_and_empty_once_the_goal_is_over() -> None:
    scheduled = event(GOAL, g.ReviewScheduled(due_on=date(2026, 3, 16), cause="initial"), role="system")
    closed = event(GOAL, g.Closed(outcome="achieved", reason="three weeks in a row"), role="clinician")
    assert rows([*active_goal(), scheduled])[0]["next_review_on"] == date(2026, 3, 16)
    (row,) = rows([*active_goal(), scheduled, closed])
    assert row["next_review_on"] is None
    assert row["outcome"] == "achieved"


def test_statement_and_wording_are_searched_without_regard_to_case_and_spacing() -> None:
    revised = g.Revised(changes=g.Changes(wording="Get UP\n at   Eight"), reason="patient_request")
    (row,) = rows([event(GOAL, proposed(statement="Wake up without DREAD, straße")), event(GOAL, revised)])
    assert row["search"] == "wake up without dread, strasse get up at eight"


def test_a_plan_is_one_row_with_its_clinician_and_time_zone() -> None:
    amended = event(PLAN, p.Amended(clinician="c2", reason="moved"), role="clinician")
    (row,) = rows([event(PLAN, opened(time_zone="Europe/Vienna"), role="clinician"), amended], "plans")
    assert (row["clinician"], row["time_zone"], row["version"]) == ("c2", "Europe/Vienna", 2)
    assert PlanState.model_validate_json(row["state"]).clinician == "c2"


def test_a_score_is_a_row_and_not_in_the_plan() -> None:
    scores = [p.Measured(instrument="mood", score=score, on=date(2026, 3, score)) for score in (4, 6)]
    given = [event(PLAN, opened(), role="clinician"), *(event(PLAN, score) for score in scores)]
    assert [(row["version"], row["score"], row["day"]) for row in rows(given, "measurements")] == [
        (2, 4, date(2026, 3, 4)),
        (3, 6, date(2026, 3, 6)),
    ]
    assert "measurements" not in rows(given, "plans")[0]["state"]


def test_events_of_a_goal_that_was_never_put_forward_make_no_row() -> None:
    assert rows([event(GOAL, g.Agreed())]) == ()


def test_a_missing_event_is_noticed() -> None:
    events = recorded([event(GOAL, proposed()), event(GOAL, g.Agreed(), role="clinician"), event(GOAL, entry("e1"))])
    with pytest.raises(OutOfSequence, match=r"version 3 .* where 2 is next"):
        project(None, [events[0], events[2]])


def test_an_event_that_comes_twice_is_noticed() -> None:
    events = recorded([event(GOAL, proposed()), event(GOAL, g.Agreed(), role="clinician")])
    state = project(None, events).after
    assert state is not None
    with pytest.raises(OutOfSequence):
        project(state.state, events[1:])


def test_what_is_remembered_of_a_goal_suffices_for_entries_and_for_nothing_else() -> None:
    def coming(*data: g.GoalPayload) -> Sequence[RecordedEvent]:
        told = [*begun, *(event(GOAL, each) for each in data)]
        return recorded(each for each in told if not each.goal_id.is_plan)[-len(data) :]

    begun = [*active_goal(), event(GOAL, entry("e1", motivation=5))]
    state = project(None, recorded(each for each in begun if not each.goal_id.is_plan)).after
    assert state is not None
    kept = PROJECTION.kept(state).state
    entries = coming(entry("e2"), entry("e3", motivation=2))
    assert PROJECTION.suffices(kept, entries)
    assert project(kept, entries)[:3] == project(state.state, entries)[:3]
    of_an_earlier_day = entry("e2", motivation=4).model_copy(update={"on": date(2020, 1, 1)})
    for data in (g.Agreed(), g.ProgressCorrected(entry="e1", mood=3, reason="typo"), of_an_earlier_day):
        assert not PROJECTION.suffices(kept, coming(data))


def test_a_goal_that_is_remembered_is_not_read_again_for_an_entry(tmp_path: Path) -> None:
    loaded: list[GoalId] = []

    def load(connection: Connection, tables: Tables, upcoming: Upcoming) -> Mapping[GoalId, Remembered[State]]:
        loaded.extend(upcoming)
        return PROJECTION.load(connection, tables, upcoming)

    engine = open_database(f"sqlite:///{tmp_path}/projections.db")
    writer = ProjectionWriter(engine, replace(PROJECTION, load=load), "CAIRN_LOG")
    writer.resume()
    entries = [event(GOAL, entry(f"e{day}")) for day in range(4)]
    messages = stored([*active_goal(), *entries[:3], event(GOAL, g.Agreed()), entries[3]])
    writer.take(messages[:-5], messages[-1].position)
    for message in messages[-5:]:
        writer.take([message], messages[-1].position)
    assert loaded == [GOAL]  # for the agreement
    engine.dispose()
