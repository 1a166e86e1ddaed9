"""One patient's plan with what the goals add, the tree of the goals, and the series of what was told."""

from datetime import timedelta

import pytest

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from events.log import Log
from events.plan import types as p
from events.vocabulary import Priority
from tests.builders import NOON, TODAY, entry, event, gas, opened, proposed
from tests.integration.gateway.http import Http

DAY = timedelta(days=1)
PRIORITIES = (Priority(id="kids", text="My kids", rank=1), Priority(id="work", text="A job", rank=2))


@pytest.fixture
def patient(org: str) -> str:
    return f"/v1/orgs/{org}/patients/p1"


@pytest.fixture
async def treated(http: Http, org: str) -> int:
    """A patient with a long-term goal, a short-term one that supports it, and a few days of diary."""
    plan, home, call = (GoalId(org, "p1", token) for token in ("plan", "home", "call"))
    return await http.record(
        event(plan, opened(), role="clinician", actor="c1"),
        event(plan, p.PrioritiesRanked(priorities=PRIORITIES)),
        event(home, proposed(statement="Live at home", horizon="long_term", priority="kids")),
        *activated(call, supports="home", gas=gas(baseline=-2), interventions=("Family sessions",)),
        event(call, g.MilestoneSet(milestone="m1", text="First call", due=TODAY + 2 * DAY)),
        event(call, entry("e1", TODAY, level=-1, mood=3, motivation=8), time=NOON),
        event(call, entry("e3", TODAY + 2 * DAY, level=0, done=True), time=NOON + 2 * DAY),
        event(call, g.MilestoneMet(milestone="m1", on=TODAY + 2 * DAY), time=NOON + 2 * DAY),
        event(plan, p.Measured(instrument="phq9", score=12, on=TODAY + DAY), role="clinician", time=NOON + DAY),
    )


def activated(goal_id: GoalId, **fields: object) -> list[Event]:
    return [
        event(goal_id, proposed(**fields)),
        event(goal_id, g.Agreed(), role="clinician", actor="c1"),
        event(goal_id, g.Activated(), role="clinician", actor="c1"),
    ]


async def test_a_plan_has_the_t_scores_of_its_goals(http: Http, patient: str, treated: int) -> None:
    plan = await http.get(f"{patient}/plan", min_position=treated)

    assert plan["gas"] == {
        "t_score": 50.0,
        "baseline_t_score": 30.0,
        "change": 20.0,
        "weighted": False,
        "goals": ["call"],
    }
    assert [each["id"] for each in plan["priorities"]] == ["kids", "work"]
    assert [each["id"] for each in plan["priorities_without_goals"]] == ["work"]


async def test_a_plan_tells_how_the_goals_of_each_intervention_go(http: Http, patient: str, treated: int) -> None:
    [family] = (await http.get(f"{patient}/plan", min_position=treated))["interventions"]

    assert family["intervention"] == "Family sessions"
    assert [(each["goal"], each["change"], each["done"]) for each in family["goals"]] == [("call", 2, 1)]


async def test_a_plan_reads_as_it_stood(http: Http, log: Log, org: str, patient: str, treated: int) -> None:
    now = await http.get(f"{patient}/plan", min_position=treated)
    [opening, *_] = await log.read(GoalId(org, "p1", "plan"))

    first = await http.get(f"{patient}/plan", position=opening.position)
    assert (first["version"], first["priorities"], first["gas"]["t_score"]) == (1, [], None)
    assert await http.get(f"{patient}/plan", as_of="2100-01-01T00:00:00Z") == now
    on_the_first_day = await http.get(f"{patient}/plan", as_of=(NOON + DAY).isoformat(), by="happened")
    assert on_the_first_day["gas"]["t_score"] == 40.0
    problem = await http.refused(f"{patient}/plan", 404, position=opening.position - 1)
    assert "at that moment" in problem["detail"]


async def test_the_tree_leads_from_a_priority_to_this_weeks_milestones(http: Http, patient: str, treated: int) -> None:
    tree = await http.get(f"{patient}/tree", day=TODAY + 3 * DAY, min_position=treated)

    kids, work = tree["priorities"]
    [home] = kids["goals"]
    [call] = home["goals"]
    assert (kids["text"], home["statement"], call["goal"]) == ("My kids", "Live at home", "call")
    assert [each["text"] for each in call["milestones"]] == ["First call"]
    assert work["goals"] == []
    assert [each["id"] for each in tree["priorities_without_goals"]] == ["work"]
    assert tree["orphans"] == []


async def test_another_week_has_other_milestones(http: Http, patient: str, treated: int) -> None:
    tree = await http.get(f"{patient}/tree", day=TODAY + 8 * DAY, min_position=treated)

    assert tree["week"] == {"begins": "2026-03-09", "ends": "2026-03-15"}
    assert tree["priorities"][0]["goals"][0]["goals"][0]["milestones"] == []


async def test_the_tree_reads_as_it_stood(http: Http, log: Log, org: str, patient: str, treated: int) -> None:
    [proposal, *_] = await log.read(GoalId(org, "p1", "home"))

    tree = await http.get(f"{patient}/tree", position=proposal.position)

    assert [each["goal"] for each in tree["priorities"][0]["goals"]] == ["home"]
    assert tree["priorities"][0]["goals"][0]["goals"] == []


async def test_a_series_holds_the_days_that_were_told_and_no_others(http: Http, patient: str, treated: int) -> None:
    series = await http.get(f"{patient}/series", day=TODAY + 3 * DAY, min_position=treated)

    [call, _] = series["goals"]
    assert call["progress"] == [
        {"on": "2026-03-02", "entry": "e1", "level": -1, "mood": 3, "motivation": 8},
        {"on": "2026-03-04", "entry": "e3", "level": 0, "done": True},
    ]
    assert [(each["level"], each["told_by"]) for each in call["levels"]] == [
        (-2, "baseline"),
        (-1, "entry"),
        (0, "entry"),
    ]
    assert series["mood"] == [{"on": "2026-03-02", "value": 3, "goal": "call"}]
    assert series["distress"] == [{"on": "2026-03-03", "instrument": "phq9", "score": 12}]
    assert series["weekly_wins"][0]["goals"][0]["milestones"] == ["m1"]
    assert (series["engagement"]["entries"], series["engagement"]["days_since_last_entry"]) == (2, 1)


async def test_the_t_score_of_each_day_is_the_one_that_the_plan_had(http: Http, patient: str, treated: int) -> None:
    scores = (await http.get(f"{patient}/series", min_position=treated))["t_scores"]

    assert scores["began"]["t_score"] == 30
    assert [(each["on"], each["t_score"]) for each in scores["points"]] == [("2026-03-02", 40), ("2026-03-04", 50)]
    for point in scores["points"]:
        plan = await http.get(f"{patient}/plan", as_of=f"{point['on']}T23:59:59Z", by="happened")
        assert point["t_score"] == plan["gas"]["t_score"]
        assert [each["goal"] for each in point["goals"]] == plan["gas"]["goals"]


async def test_a_series_can_be_cut_and_read_as_it_stood(http: Http, patient: str, treated: int) -> None:
    later = await http.get(f"{patient}/series", from_=TODAY + DAY, min_position=treated)
    earlier = await http.get(f"{patient}/series", as_of=(NOON + DAY).isoformat(), by="happened")

    assert [each["entry"] for each in later["goals"][0]["progress"]] == ["e3"]
    assert [each["entry"] for each in earlier["goals"][0]["progress"]] == ["e1"]
    assert earlier["day"] == "2026-03-03"


@pytest.mark.parametrize("what", ["plan", "tree", "series"])
async def test_a_patient_of_whom_nothing_is_known_is_404(http: Http, patient: str, what: str) -> None:
    assert (await http.refused(f"{patient}/{what}", 404))["code"] == "plan.missing"
    assert (await http.refused(f"{patient}/{what}", 404, position=1))["code"] == "plan.missing"


@pytest.mark.parametrize(
    ("what", "query"),
    [
        ("plan", {"day": "2026-03-02"}),
        ("tree", {"day": "Monday"}),
        ("series", {"from_": "2026-03-03", "to": "2026-03-02"}),
        ("series", {"as_of": "2026-03-03"}),
        ("series", {"as_of": "2026-03-03T12:00:00Z", "position": 3}),
    ],
    ids=["plan-day", "no-day", "order", "no-instant", "two-moments"],
)
async def test_a_wrong_parameter_is_refused(http: Http, patient: str, what: str, query: dict[str, object]) -> None:
    assert (await http.refused(f"{patient}/{what}", 422, **query))["code"] == "request.invalid"
