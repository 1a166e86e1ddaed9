"""A history in which every event type happens, and what it folds to: the golden states of `golden_states.json`.

`python -m tests.contract.events.golden` writes the file. Do that when the fold was changed on purpose, and raise the
fold's version (`FOLD_VERSION` in events/goal/fold.py or events/plan/fold.py) and those of the projections' tables.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from events.envelope import read_recorded
from events.event import Event, RecordedEvent
from events.goal import fold_goals
from events.goal import types as g
from events.goal.fold import FOLD_VERSION as GOAL_FOLD
from events.identity import GoalId
from events.plan import fold_plans
from events.plan import types as p
from events.plan.consent_terms import Until
from events.plan.fold import FOLD_VERSION as PLAN_FOLD
from tests.builders import NOON, entry, event, proposed, recorded, smart
from tests.consents import PAPER, consent, disclosed
from tests.contract.projections.story import story

GOLDEN_FILE = Path(__file__).with_name("golden_states.json")
Json = dict[str, Any]  # Any: JSON of mixed values
_DAY = NOON.date()
_SING, _SWIM = (GoalId("northside", "pt-3", name) for name in ("sing", "swim"))


def history() -> list[RecordedEvent]:
    """Events of every type, in log order, the same each time."""
    told = [read_recorded(message) for message in story()]
    more = recorded(_named(_more()), first_position=len(told) + 1)
    return [*told, *more]


def states(events: Sequence[RecordedEvent]) -> Json:
    """What each goal's and each plan's events add up to, by its id."""
    found: Json = {}
    for goal_id in sorted({each.goal_id for each in events}):
        its_events = [each for each in events if each.goal_id == goal_id]
        state = fold_plans(its_events) if goal_id.is_plan else fold_goals(its_events)
        found[str(goal_id)] = None if state is None else json.loads(state.model_dump_json())
    return found


def golden() -> Json:
    """What the file holds: the versions of the folds, and the states."""
    return {"goal_fold": GOAL_FOLD, "plan_fold": PLAN_FOLD, "states": states(history())}


def _more() -> list[Event]:
    imported = {
        "statement": "Sing in the choir again",
        "kind": "outcome",
        "horizon": "long_term",
        "status": "active",
        "external": ({"system": "urn:ehr", "value": "g-1"},),
    }
    return [
        event(_SING.plan, p.Opened.model_validate({"reasons": (), "clinician": "c3"}), role="clinician", actor="c3"),
        event(_SING, g.Imported.model_validate(imported), role="system", actor="ehr"),
        event(_SWIM, proposed(smart=smart()), actor="p3").submitted("c3", "clinician"),
        event(_SWIM, g.ChangeRequested(request="r1", text="Could it be on Sundays?"), actor="p3"),
        event(
            _SWIM, g.ChangeAnswered(request="r1", answer="accepted", text="Of course."), role="clinician", actor="c3"
        ),
        event(_SWIM, g.MilestoneSet(milestone="m1", text="One length", due=_DAY), actor="p3"),
        event(_SWIM, g.MilestoneMet(milestone="m1", on=_DAY), actor="p3"),
        event(_SWIM, entry("e1", mood=3, note="Not today"), actor="p3"),
        event(_SWIM, g.ProgressWithdrawn(entry="e1", reason="Of another goal"), actor="p3"),
        event(_SWIM, g.Closed(outcome="retired", reason="Of another patient"), role="clinician", actor="c3"),
        event(_SWIM, g.Reopened(reason="It was this patient's"), role="clinician", actor="c3"),
        event(_SWIM, g.Voided(position=1, reason="Not ours"), role="system", actor="op-1"),
        *_consents(_SING.plan),
        event(_SING.plan, p.Voided(position=1, reason="Not ours"), role="system", actor="op-1"),
        event(_SING.plan, p.Closed(reason="moved away"), role="clinician", actor="c3"),
    ]


def _consents(plan: GoalId) -> list[Event]:
    """One consent that is revoked, one that the closing of the plan ends, one that goes on; and a disclosure."""
    return [
        event(plan, consent("c1"), actor="p3"),
        event(plan, consent("c2", until=Until(end_of_treatment=True)), actor="p3"),
        event(plan, consent("c3", until=Until(event="The trial is over"), paper=PAPER), role="clinician", actor="c3"),
        event(plan, disclosed("c1"), role="clinician", actor="c3"),
        event(plan, p.ConsentRevoked(consent="c1", reason="We fell out"), actor="p3"),
    ]


def _named(events: list[Event]) -> list[Event]:
    return [replace(each, id=f"more-{number}") for number, each in enumerate(events)]


if __name__ == "__main__":
    GOLDEN_FILE.write_text(json.dumps(golden(), indent=1, sort_keys=True) + "\n")
