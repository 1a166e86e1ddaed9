"""One specification for each rule of `services.goals.rules`, under the name of the rule; more about each elsewhere."""

import inspect
from datetime import timedelta

from events.goal import types as g
from events.plan import types as p
from events.vocabulary import Template
from services.goals import rules
from tests.builders import GOAL, NOON, TODAY, entry, gas, opened, proposed, smart
from tests.specification import by, clinician, patient
from tests.unit.goals import stories

TOMORROW = TODAY + timedelta(days=1)


def test_plan_missing() -> None:
    stories.NOTHING.when(patient(proposed())).then_rejected("plan.missing", saying="open one first")


def test_plan_closed() -> None:
    closed = stories.opened_plan().when(clinician(p.Closed(reason="Moved away"), on=GOAL.plan)).then()

    closed.when(patient(proposed())).then_rejected("plan.closed", saying="open it again")


def test_plan_exists() -> None:
    stories.opened_plan().when(clinician(opened(), on=GOAL.plan)).then_rejected("plan.exists", saying="amend it")


def test_goal_exists() -> None:
    stories.own_words().when(patient(proposed())).then_rejected("goal.exists", saying="is proposed")


def test_goal_unknown() -> None:
    stories.opened_plan().when(clinician(g.Agreed())).then_rejected("goal.unknown", saying="propose it first")


def test_goal_closed() -> None:
    over = stories.active().when(clinician(g.Closed(outcome="partially_achieved", reason="Enough"))).then()

    over.when(clinician(g.Held(reason="A pause"))).then_rejected("goal.closed", saying="closed as partially achieved")


def test_goal_state() -> None:
    stories.own_words().when(clinician(g.Held(reason="A pause"))).then_rejected(
        "goal.state", saying="The goal is proposed; only an active goal can be put on hold."
    )


def test_goal_contested() -> None:
    contested = stories.agreed().when(patient(g.Contested(reason="Not my goal"))).then()

    contested.when(clinician(g.Activated())).then_rejected("goal.contested", saying="nobody has answered")


def test_goal_not_agreed() -> None:
    stories.own_words(smart=smart()).when(clinician(g.Activated())).then_rejected(
        "goal.not_agreed", saying="awaits the agreement of the clinician."
    )


def test_goal_vague() -> None:
    agreed = stories.own_words().when(clinician(g.Agreed())).then()

    agreed.when(clinician(g.Activated())).then_rejected("goal.vague", field="smart.due", saying="it can stay a draft")


def test_goal_limit_reached() -> None:
    stories.active_goals(3).when(clinician(g.Activated())).then_rejected(
        "goal.limit_reached", saying="3 goals are active; the plan allows 3."
    )


def test_goal_limit_lowered() -> None:
    two_at_work = stories.active_goals(2)

    lower = p.Amended(active_goal_limit=1, reason="One thing at a time")
    two_at_work.when(clinician(lower, on=GOAL.plan)).then_rejected(
        "goal.limit_reached", field="active_goal_limit", saying="2 goals are active; hold or close some of them"
    )
    enough = p.Amended(active_goal_limit=2, reason="One thing at a time")
    two_at_work.when(clinician(enough, on=GOAL.plan)).then()


def test_goal_setback_unreviewed() -> None:
    after_setback = stories.active().when(patient(entry("e1", setback=True))).then_something()

    after_setback.when(clinician(g.Closed(outcome="retired", reason="Too much"))).then_rejected(
        "goal.setback_unreviewed", saying=f"There was a setback on {TODAY}"
    )


def test_template_unknown() -> None:
    plan = stories.opened_plan()

    def named(id_: str, version: int) -> g.Proposed:
        return proposed(template=Template(id=id_, version=version))

    plan.when(patient(named("nonsense", 1))).then_rejected(
        "template.unknown", field="template.id", saying="there is none with this id"
    )
    plan.when(patient(named("steady-sleep", 99))).then_rejected("template.unknown", field="template.version")
    plan.when(patient(named("steady-sleep", 1))).then()


def test_gas_levels() -> None:
    scale = gas(levels={"-1": "Less", "0": "As hoped", "1": "More"})

    stories.active().when(patient(g.Revised(changes=g.Changes(gas=scale), reason="clinical"))).then_rejected(
        "gas.levels", field="gas.levels.-2", saying="missing: -2, 2."
    )


def test_progress_out_of_range() -> None:
    stories.active().when(patient(entry("e1", TOMORROW))).then_rejected(
        "progress.out_of_range", field="on", saying="2026-03-03 has not come yet"
    )


def test_progress_not_open() -> None:
    stories.agreed().when(patient(entry("e1"))).then_rejected("progress.not_open", saying="The goal is agreed")


def test_progress_outside_goal() -> None:
    yesterday = entry("e1", TODAY - timedelta(days=1))

    stories.active().when(patient(yesterday)).then_rejected(
        "progress.outside_goal", field="on", saying="began on 2026-03-02, and 2026-03-01 is before that day"
    )


def test_actor_role() -> None:
    stories.own_words().when(by("family", g.Agreed())).then_rejected(
        "event.invalid", field="actorrole", saying="cannot come from a family"
    )


def test_time_in_future() -> None:
    next_week = patient(proposed(), time=NOON + timedelta(days=7))

    stories.opened_plan().when(next_week, now=NOON).then_rejected(
        "time.future", field="time", saying="Cairn's clock says 2026-03-02T12:00:00+00:00"
    )


def test_every_rule_has_a_specification_of_its_name() -> None:
    named = {
        name
        for name, rule in inspect.getmembers(rules, inspect.isfunction)
        if rule.__module__ == rules.__name__ and not name.startswith("_")
    }

    assert {name for name in named if f"test_{name}" not in globals()} == set()
