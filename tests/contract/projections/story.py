"""A few weeks in a small clinic, as the log keeps them: enough for every kind of row to come, change and go."""

from datetime import date, timedelta

from events.envelope import StoredMessage
from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from events.plan import types as p
from events.vocabulary import Priority
from tests.builders import NOON, active_goal, entry, event, gas, opened, proposed, smart
from tests.stored import stored

WALK, READ, CALL = (GoalId("northside", "pt-1", name) for name in ("walk", "read", "call"))
COOK = GoalId("northside", "pt-2", "cook")
_DUE = date(2026, 3, 16)


def story() -> list[StoredMessage]:
    """The same messages each time; four goals of two patients, their events between each other."""
    return stored(_named(_events()))


def _events() -> list[Event]:
    harder = smart(for_weeks=None, due=date(2026, 5, 1))
    ranked = p.PrioritiesRanked(priorities=(Priority(id="kids", text="Be there for my kids", rank=1),))
    return [
        *active_goal(WALK),
        _by_cairn(WALK, g.ReviewScheduled(due_on=_DUE, cause="initial")),
        event(COOK.plan, opened(time_zone="Europe/Vienna"), role="clinician", actor="c2"),
        event(READ, proposed(statement="Read to my daughter", gas=gas(), life_area="family")),
        event(COOK.plan, ranked),
        *(event(WALK, entry(f"e{day}", _day(day), done=day % 2 == 0, mood=4)) for day in range(3)),
        event(COOK, proposed(statement="Cook on Sundays", kind="outcome", relevance=8), actor="p2"),
        event(WALK, g.Revised(changes=g.Changes(smart=harder, wording="Walk by the river"), reason="too_easy")),
        event(WALK, g.ProgressCorrected(entry="e1", mood=6, note="a good day after all", reason="typed 4")),
        event(WALK.plan, p.Amended(review_every_days=7, reason="asked for it"), role="clinician", actor="c1"),
        event(COOK, g.Agreed(), role="clinician", actor="c2"),
        event(READ, g.Contested(reason="not now"), role="clinician", actor="c1"),
        event(WALK, entry("e3", _day(3), setback=True, note="a bad evening")),
        _by_cairn(WALK, g.ReviewScheduled(due_on=_DUE - timedelta(days=7), cause="setback")),
        event(COOK, g.Revised(changes=g.Changes(relevance=9, gas=gas()), reason="motivation"), actor="p2"),
        event(WALK, g.Reviewed(on=_day(4), participants=("patient", "clinician"), decision="keep", level=0)),
        _by_cairn(WALK, g.ReviewScheduled(due_on=_DUE + timedelta(days=7), cause="routine")),
        event(CALL, proposed(statement="Call my brother")),
        event(WALK, g.Held(reason="in hospital"), role="clinician", actor="c1"),
        event(READ, g.ChangeAnswered(answer="adapted", text="shorter books"), role="clinician", actor="c1"),
        event(COOK, g.EnteredInError(reason="wrong patient"), role="clinician", actor="c2"),
        event(WALK.plan, p.Measured(instrument="phq9", score=11, on=_day(5)), role="clinician", actor="c1"),
        event(WALK, g.Resumed(reason="back home"), role="clinician", actor="c1"),
        event(WALK, g.Closed(outcome="achieved", level=1, reason="six weeks"), role="clinician", actor="c1"),
        event(READ, g.Agreed(note="yes")),
        event(READ, g.Activated(), role="clinician", actor="c1"),
        _by_cairn(READ, g.ReviewScheduled(due_on=_DUE, cause="initial")),
    ]


def _named(events: list[Event]) -> list[Event]:
    return [
        Event(each.goal_id, each.source, f"story-{number}", each.time, each.actor, each.data)
        for number, each in enumerate(events)
    ]


def _by_cairn(goal_id: GoalId, data: g.GoalPayload) -> Event:
    return event(goal_id, data, role="system", actor="cairn", source="urn:cairn")


def _day(number: int) -> date:
    return NOON.date() - timedelta(days=6 - number)
