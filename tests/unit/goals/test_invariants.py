"""What holds whatever anyone offers in whatever order: the rules, driven by chance (hypothesis)."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from events.goal import types as g
from events.goal.types import Override
from events.identity import GoalId
from events.payload import Payload
from events.plan import types as p
from events.vocabulary import ActorRole, External
from tests.builders import GOAL, NOON, TODAY, entry, proposed, smart
from tests.specification import Past, by, clinician
from tests.unit.goals import stories

REVIEW = {"on": TODAY, "participants": ("patient", "clinician")}
DECISIONS = ("keep", "adjust_scale", "replace", "hold", "resume", "retire", "achieve")
OUTCOMES = ("achieved", "not_achieved", "retired", "replaced")
SAID: list[Payload] = [
    proposed(smart=smart()),
    g.Imported(statement="Walk", status="contested", external=(External(system="ehr", value="1"),)),
    *[g.Agreed()] * 4,
    g.Contested(reason="No"),
    g.ChangeAnswered(answer="accepted", text="Yes"),
    *[g.Activated()] * 4,
    g.Revised(changes=g.Changes(wording="Otherwise"), reason="clinical"),
    entry("low", motivation=1),
    entry("setback", setback=True),
    g.ProgressCorrected(entry="low", setback=True, reason="Forgotten"),
    *(g.Reviewed.model_validate({**REVIEW, "decision": decision}) for decision in DECISIONS),
    g.Held(reason="A pause"),
    g.Resumed(reason="Back"),
    *(g.Closed.model_validate({"outcome": outcome, "reason": "So"}) for outcome in OUTCOMES),
    g.EnteredInError(reason="Wrong"),
]
GOALS = [GOAL, *(stories.goal_called(token) for token in ("a", "b"))]
Offered = tuple[ActorRole, GoalId, Payload]

offers = st.lists(
    st.tuples(st.sampled_from(["patient", "clinician", "system"]), st.sampled_from(GOALS), st.sampled_from(SAID)),
    min_size=10,
    max_size=40,
)
under_chance = settings(max_examples=100, deadline=None, database=None, derandomize=True)


def played(story: Sequence[Offered], past: Past) -> list[Past]:
    """Every past on the way, with a day between one offer and the next."""
    way = [past]
    for day, (role, goal_id, data) in enumerate(story):
        way.append(way[-1].when(by(role, data, on=goal_id, time=NOON + timedelta(days=day))).then_whatever())
    return way


@under_chance
@for_all(offers)
def test_review_not_scheduled_cannot_happen(story: Sequence[Offered]) -> None:
    """An active or held goal always has a next review; one that is over has none."""
    for past in played(story, stories.active()):
        for goal in past.others_of(GOAL.plan).values():
            assert goal.next_review or goal.status not in ("active", "held")
            assert goal.next_review is None or goal.is_open


@under_chance
@for_all(offers)
def test_no_more_goals_are_active_than_the_plan_allows(story: Sequence[Offered]) -> None:
    for past in played(story, stories.active(active_goal_limit=2)):
        assert sum(goal.status == "active" for goal in past.others_of(GOAL.plan).values()) <= 2


@under_chance
@for_all(offers)
def test_no_goal_is_worked_on_without_both_agreements_once_given(story: Sequence[Offered]) -> None:
    way = played(story, stories.agreed())
    for before, after in pairwise(way):
        for token, goal in after.others_of(GOAL.plan).items():
            was = before.others_of(GOAL.plan).get(token)
            if goal.status == "active" and was is not None and was.status in ("proposed", "agreed"):
                assert was.awaiting_agreement == ()


@under_chance
@for_all(offers)
def test_nothing_that_was_recorded_is_ever_changed(story: Sequence[Offered]) -> None:
    way = played(story, stories.active())
    for before, after in pairwise(way):
        assert after.events[: len(before.events)] == before.events
        assert after.goal.statement == before.goal.statement


def test_each_override_admits_one_more() -> None:
    full = stories.active_goals(1, active_goal_limit=1)
    over = full.when(clinician(g.Activated(override=Override(reason="Court date")))).then_something()
    third = stories.to_work(stories.goal_called("third"))

    past = over.when(third[0]).then().when(third[1]).then()

    past.when(third[2]).then_rejected("goal.limit_reached", saying="2 goals are active; the plan allows 1.")


def test_a_plan_is_never_in_the_way_of_its_own_closing() -> None:
    past = stories.active().when(clinician(p.Closed(reason="Moved"), on=GOAL.plan)).then_something()

    assert not past.plan.is_open
