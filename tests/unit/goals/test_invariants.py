"""What holds whatever anyone offers in whatever order: the rules, driven by chance (hypothesis)."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from events.errors import Rejected
from events.event import Event
from events.goal import GoalState
from events.goal import types as g
from events.goal.facts_of_goals import goal_facts
from events.goal.flags import Around, flags
from events.goal.goals_of_patient import goals_of_patient
from events.goal.types import Override
from events.identity import GoalId
from events.payload import Payload
from events.plan import types as p
from events.plan.facts import plan_facts
from events.vocabulary import ActorRole, External, Priority
from services.goals.decide import decide
from services.goals.decision_context import Decision
from tests.builders import GOAL, NOON, TODAY, entry, gas, opened, proposed, smart
from tests.specification import Past, by, clinician
from tests.strategies import goal_payloads, plan_payloads
from tests.unit.goals import stories

EXTERNAL = (External(system="ehr", value="1"),)
REVIEW = {"on": TODAY, "participants": ("patient", "clinician")}
DECISIONS = ("keep", "adjust_scale", "adjust_timeline", "replace", "hold", "resume", "retire", "achieve")
OUTCOMES = ("achieved", "not_achieved", "retired", "replaced")
STATUSES = ("proposed", "contested", "agreed", "active", "held")
IMPORTED: list[Payload] = [
    g.Imported.model_validate({"statement": "Walk", "status": status, "external": EXTERNAL}) for status in STATUSES
]
SAID: list[Payload] = [
    *[proposed(smart=smart())] * 2,
    proposed(gas=gas(), horizon="long_term"),
    *[g.Agreed()] * 8,
    g.Contested(reason="No"),
    *[g.ChangeAnswered(answer="accepted", text="Yes")] * 2,
    g.ChangeRequested(request="r1", text="Evenings"),
    g.ChangeAnswered(request="r1", answer="declined", text="No room"),
    *[g.Activated()] * 8,
    *[g.Activated(override=Override(reason="Court date"))] * 2,
    g.Revised(changes=g.Changes(wording="Otherwise"), reason="clinical"),
    g.Revised(changes=g.Changes(supports="a"), reason="patient_request"),
    g.Revised.model_validate({"changes": {"smart": None}, "reason": "too_hard"}),
    g.MilestoneSet(milestone="m1", text="First group", due=TODAY),
    g.MilestoneMet(milestone="m1", on=TODAY),
    entry("high", motivation=9),
    entry("low", motivation=1),
    entry("setback", setback=True),
    g.ProgressCorrected(entry="low", setback=True, motivation=8, reason="Forgotten"),
    g.ProgressWithdrawn(entry="setback", reason="Another goal's"),
    g.ReviewScheduled(due_on=TODAY + timedelta(days=200), cause="moved"),
    *(g.Reviewed.model_validate({**REVIEW, "decision": decision}) for decision in DECISIONS),
    *[g.Held(reason="A pause")] * 2,
    *[g.Resumed(reason="Back")] * 2,
    *(g.Closed.model_validate({"outcome": outcome, "reason": "So"}) for outcome in OUTCOMES),
    *[g.Reopened(reason="Closed by mistake")] * 2,
    g.EnteredInError(reason="Wrong"),
]
ABOUT_THE_PLAN: list[Payload] = [
    opened(active_goal_limit=2),
    p.Amended(active_goal_limit=1, reason="One thing at a time"),
    p.Amended(active_goal_limit=2, reason="Going well"),
    p.Amended(accommodations=("short_reviews",), reason="Loses track"),
    p.PrioritiesRanked(priorities=(Priority(id="home", text="Home", rank=1),)),
    p.Measured(instrument="phq9", score=12, on=TODAY),
    p.Closed(reason="Moved"),
]
GOALS = [GOAL, *(stories.goal_called(token) for token in ("other-0", "other-1", "a", "b"))]
PEOPLE: list[ActorRole] = ["patient", "clinician", "supervisor", "family"]
SYSTEMS: list[ActorRole] = ["system"]
Offered = tuple[ActorRole, GoalId, Payload]

about_goals = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(GOALS), st.sampled_from(SAID))
imports = st.tuples(st.sampled_from(SYSTEMS), st.sampled_from(GOALS), st.sampled_from(IMPORTED))
about_plans = st.tuples(st.sampled_from(PEOPLE), st.just(GOAL.plan), st.sampled_from(ABOUT_THE_PLAN))
offers = st.lists(
    st.integers(0, 9).flatmap(lambda draw: about_plans if draw == 0 else imports if draw == 1 else about_goals),
    min_size=20,
    max_size=45,
)
under_chance = settings(max_examples=25)


def played(story: Sequence[Offered], past: Past) -> list[Past]:
    """Every past on the way, with a day between one offer and the next."""
    way = [past]
    for day, (role, goal_id, data) in enumerate(story):
        way.append(way[-1].when(by(role, data, on=goal_id, time=NOON + timedelta(days=day))).then_whatever())
    return way


def goals(past: Past) -> dict[str, GoalState]:
    return past.others_of(GOAL.plan)


def steps(way: list[Past]) -> Iterator[tuple[GoalState, GoalState]]:
    """Each goal before and after each offer."""
    for before, after in pairwise(way):
        yield from ((was, goals(after)[token]) for token, was in goals(before).items())


@under_chance
@for_all(offers)
def test_review_not_scheduled_cannot_happen(story: Sequence[Offered]) -> None:
    """An active or held goal always has a next review; one that is over has none."""
    for past in played(story, stories.active_goals(2)):
        for goal in goals(past).values():
            assert goal.next_review or goal.status not in ("active", "held")
            assert goal.next_review is None or goal.is_open


@under_chance
@for_all(offers)
def test_more_goals_are_active_than_the_plan_allows_only_with_a_flag(story: Sequence[Offered]) -> None:
    for past in played(story, stories.active_goals(1, active_goal_limit=2)):
        active = [goal for goal in goals(past).values() if goal.status == "active"]
        if len(active) > past.plan.active_goal_limit:
            facts = [goal_facts(goal) for goal in active]
            around = Around(plan_facts(past.plan), TODAY, goals_of_patient(facts))
            said = [flag.code for goal in facts for flag in flags(goal, around)]
            assert {"override_used", "limit_exceeded"} & set(said)


@under_chance
@for_all(offers)
def test_work_begins_with_both_agreements_or_elsewhere(story: Sequence[Offered]) -> None:
    for was, goal in steps(played(story, stories.active_goals(2))):
        if goal.status == "active" and was.status in ("proposed", "agreed", "contested"):
            assert was.awaiting_agreement == ()


@under_chance
@for_all(offers)
def test_agreement_and_status_are_consistent(story: Sequence[Offered]) -> None:
    """Agreed means both have agreed, unless it was so elsewhere; a contested goal is never activated."""
    for was, goal in steps(played(story, stories.active_goals(2))):
        assert len(set(goal.agreed_by)) == len(goal.agreed_by)
        assert goal.status != "agreed" or goal.imported or goal.awaiting_agreement == ()
        assert (was.status, goal.status) not in {("contested", "active"), ("contested", "held")}
        assert goal.awaiting_agreement == () or goal.is_open


@under_chance
@for_all(offers)
def test_nothing_that_was_recorded_is_ever_changed(story: Sequence[Offered]) -> None:
    way = played(story, stories.active_goals(2))
    for before, after in pairwise(way):
        assert after.events[: len(before.events)] == before.events
    for was, goal in steps(way):
        assert (goal.statement, goal.created_by, goal.created_at) == (was.statement, was.created_by, was.created_at)
        assert [revision.reason for revision in goal.revisions][: len(was.revisions)] == [
            revision.reason for revision in was.revisions
        ]


@under_chance
@for_all(offers)
def test_versions_are_without_gaps(story: Sequence[Offered]) -> None:
    past = played(story, stories.active_goals(2))[-1]

    for token, goal in goals(past).items():
        versions = [each.version for each in past.events if each.goal_id == stories.goal_called(token)]
        assert versions == list(range(1, goal.version + 1))


@under_chance
@for_all(offers)
def test_what_is_over_stays_over_until_it_is_opened_again(story: Sequence[Offered]) -> None:
    for was, goal in steps(played(story, stories.active_goals(2))):
        assert was.status != "entered_in_error" or goal.status == "entered_in_error"
        opened_again = goal.reopenings != was.reopenings
        assert was.status != "closed" or opened_again or goal.status in ("closed", "entered_in_error")
        assert not opened_again or was.status == "closed"


@under_chance
@for_all(st.lists(about_goals, min_size=20, max_size=45))
def test_no_more_goals_are_activated_than_the_limit_without_override_or_import(story: Sequence[Offered]) -> None:
    plain = [each for each in story if not getattr(each[2], "override", None)]
    for past in played(plain, stories.active_goals(1, active_goal_limit=2)):
        assert sum(goal.status == "active" for goal in goals(past).values()) <= 2


@under_chance
@for_all(offers, st.sampled_from(PEOPLE), st.one_of(goal_payloads, plan_payloads))
def test_deciding_is_deterministic_and_ends_in_a_decision_or_a_code(
    story: Sequence[Offered], role: ActorRole, data: Payload
) -> None:
    """Whatever the schema lets through: the same past and the same offer give the same answer, and never a crash."""
    past = played(story, stories.active_goals(2))[-1]
    about = GOAL.plan if isinstance(data, p.PlanPayload) else GOAL
    submission = by(role, data, on=about, time=NOON + timedelta(days=len(story)))

    first, second = (_answer(past, submission) for _ in range(2))

    assert first == second
    assert isinstance(first, Decision) or first[1].endswith(".")


def _answer(past: Past, submission: Event) -> Decision | tuple[str, str]:
    try:
        return decide(past.context_of(submission, submission.time), submission)
    except Rejected as rejection:
        return rejection.code, rejection.detail


def test_each_override_admits_one_more() -> None:
    full = stories.active_goals(1, active_goal_limit=1)
    over = full.when(clinician(g.Activated(override=Override(reason="Court date")))).then_something()
    third = stories.to_work(stories.goal_called("third"))

    past = over.when(third[0]).then().when(third[1]).then()

    past.when(third[2]).then_rejected("goal.limit_reached", saying="2 goals are active; the plan allows 1.")


def test_a_plan_is_never_in_the_way_of_its_own_closing() -> None:
    past = stories.active().when(clinician(p.Closed(reason="Moved"), on=GOAL.plan)).then_something()

    assert not past.plan.is_open
