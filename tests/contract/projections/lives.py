"""The lives of some goals of two patients, made by chance: whatever can be recorded of a goal, in whatever order."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from events.payload import Payload
from events.plan import types as p
from events.vocabulary import ActorRole, External, Priority
from tests.builders import NOON, TODAY, entry, event, gas, opened, proposed, smart

ORG = "northside"
PATIENTS = ("pt-1", "pt-2")
GOALS = ("cook", "home", "walk", "work")
_STATEMENTS = ("Walk by the river", "Cook “twice” a week, 100%", "Ein Stück weiter")
_ROLES: tuple[ActorRole, ...] = ("patient", "patient", "clinician", "supervisor", "family")


def lives(chance: Random, events: int = 200) -> list[Event]:
    """What happens to the goals, each event five hours after the one before.

    The fold takes all of it, as it takes all that the log may hold. No goal begins twice. The last goal of each
    patient, and the plan of the second, may begin late or never.
    """
    told = [
        event(GoalId(ORG, "pt-1", "plan"), opened(review_every_days=7), role="clinician", actor="c1"),
        *(event(GoalId(ORG, patient, goal), _proposed(chance)) for patient in PATIENTS for goal in GOALS[:3]),
        *(_anything(chance, number) for number in range(events)),
    ]
    begun: set[GoalId] = set()
    for number, each in enumerate(told):
        if isinstance(each.data, g.Proposed | g.Imported):
            if each.goal_id in begun:
                told[number] = event(each.goal_id, g.Agreed(), role="patient")
            begun.add(each.goal_id)
    return [
        Event(each.goal_id, each.source, f"v{number}", NOON + number * timedelta(hours=5), each.actor, each.data)
        for number, each in enumerate(told)
    ]


def _anything(chance: Random, number: int) -> Event:
    patient = chance.choice(PATIENTS)
    if number % 20 == 7:
        return event(GoalId(ORG, patient, "plan"), _of_a_plan(chance), role="clinician", actor="c1")
    goal_id = GoalId(ORG, patient, chance.choice(GOALS))
    data = _entry(chance, number) if chance.random() < 0.5 else chance.choice(_OF_A_GOAL)(chance)
    return event(goal_id, data, role=chance.choice(_ROLES), actor=chance.choice(("p1", "c1", "s1")))


def _of_a_plan(chance: Random) -> Payload:
    ranked = [Priority(id=name, text=name, rank=rank) for rank, name in enumerate(("kids", "rest"), 1)]
    return chance.choice(
        [
            opened(clinician="c1", time_zone="Pacific/Auckland", accommodations=("simplified_language",)),
            p.Amended(accommodations=("short_reviews",), active_goal_limit=1, reason="asked for"),
            p.Amended(clinician="p1", time_zone="America/Denver", reason="moved"),
            p.PrioritiesRanked(priorities=tuple(ranked[: chance.randint(1, 2)])),
        ]
    )


def _entry(chance: Random, number: int) -> g.GoalPayload:
    earlier = f"e{chance.randint(0, number)}"
    match chance.randint(0, 9):
        case 0:
            wrong: list[dict[str, Any]] = [
                {"motivation": 2},
                {"setback": True},
                {"setback": False},
                {"on": _day(chance)},
            ]
            return g.ProgressCorrected.model_validate({"entry": earlier, "reason": "typo", **chance.choice(wrong)})
        case 1:
            return g.ProgressWithdrawn(entry=earlier, reason="another goal's")
        case _:
            told: dict[str, object] = {
                "done": chance.random() < 0.5,
                "value": 2.5,
                "level": 1,
                "mood": 3,
                "motivation": 4,
                "setback": True,
            }
            told |= {"motivation": chance.randint(0, 10), "level": chance.randint(-2, 2), "note": "Ging „gut“ \\ \n"}
            some = chance.sample(sorted(told), chance.randint(1, 4))
            return entry(f"e{number}", _day(chance), **{name: told[name] for name in some})


def _proposed(chance: Random) -> g.Proposed:
    return proposed(
        statement=chance.choice(_STATEMENTS),
        kind=chance.choice(("outcome", "process")),
        horizon=chance.choice(("long_term", "short_term")),
        relevance=chance.choice((None, 2, 9)),
        smart=chance.choice((None, smart(), smart(due=_day(chance), for_weeks=None))),
        gas=chance.choice((None, gas(baseline=-1))),
        supports=chance.choice((None, *GOALS)),
        priority=chance.choice((None, "kids", "work")),
        interventions=chance.choice(((), ("CBT",))),
        clinical_target=chance.choice((None, "sleep")),
    )


def _revised(chance: Random) -> g.Revised:
    measure = {"what": "walks", "target": chance.choice((1, 4, 9)), "per": "week"}
    achievable = {"confidence": chance.choice((None, 3, 8))}
    changes: list[dict[str, Any]] = [
        {"smart": smart(measure=measure, achievable=achievable)},
        {"wording": "Walk, “slowly”"},
        {"due": _day(chance)},
        {"gas": gas(levels={"0": "as hoped"})},
        {"supports": chance.choice(GOALS)},
        {"priority": None},
        {"smart": None},
    ]
    reason = chance.choice(("clinical", "too_hard"))
    return g.Revised.model_validate({"changes": chance.choice(changes), "reason": reason})


def _reviewed(chance: Random) -> g.Reviewed:
    return g.Reviewed(
        on=_day(chance),
        participants=chance.choice((("patient", "clinician"), ("clinician",))),
        level=chance.choice((None, -1, 2)),
        decision=chance.choice(("keep", "keep", "hold", "resume", "retire", "achieve")),
    )


def _imported(chance: Random) -> g.Imported:
    over = chance.random() < 0.3
    return g.Imported(
        statement=chance.choice(_STATEMENTS),
        status="closed" if over else "active",
        outcome="achieved" if over else None,
        agreed_by=("patient",),
        started_on=_day(chance),
        external=(External(system="ehr", value="7"),),
    )


def _day(chance: Random) -> date:
    return TODAY + timedelta(days=chance.randint(0, 40))


_OF_A_GOAL: tuple[Callable[[Random], g.GoalPayload], ...] = (
    _proposed,
    *(_revised, _reviewed, _revised, _reviewed),
    _imported,
    lambda chance: g.Agreed(),
    lambda chance: g.Agreed(),
    lambda chance: g.Activated(override=chance.choice((None, g.Override(reason="Court “date”")))),
    lambda chance: g.Activated(),
    lambda chance: g.Contested(reason="Not mine"),
    lambda chance: g.ChangeRequested(request="r1", text="Later in the day"),
    lambda chance: g.ChangeAnswered(request=chance.choice((None, "r1")), answer="accepted", text="Yes"),
    lambda chance: g.MilestoneSet(milestone="m1", text="Once", due=_day(chance)),
    lambda chance: g.MilestoneMet(milestone="m1", on=_day(chance)),
    lambda chance: g.ReviewScheduled(due_on=_day(chance), cause="routine"),
    lambda chance: g.Held(reason="away"),
    lambda chance: g.Resumed(reason="back"),
    lambda chance: g.Closed(
        outcome=chance.choice(("retired", "achieved")), level=chance.choice((None, 1)), reason="ok"
    ),
    *(lambda chance: g.Closed(outcome="not_achieved", reason="moved"),) * 4,
    lambda chance: g.Reopened(reason="by mistake"),
    lambda chance: g.EnteredInError(reason="another patient's"),
)
