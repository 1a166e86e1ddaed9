"""A goal over time: its moments, who wrote which of its words, and where it stood on its scale."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import jsonschema
import pytest

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from events.vocabulary import GasScale
from tests.builders import NOON, active_goal, entry, event, gas, proposed, smart
from tests.integration.gateway.http import Http

REWORDED = {"-2": "none", "-1": "once", "0": "three evenings", "1": "four evenings", "2": "every evening"}


@pytest.fixture
async def goal(http: Http, org: str) -> GoalId:
    """With a diary, whose scale a clinician put into other words; and one entry after that."""
    goal = GoalId(org, "p1", "g1")
    scale = gas(baseline=-2)
    await http.record(*begun(goal, scale), event(goal, entry("e1", level=-1)), event(goal, entry("e2")))
    changed = g.Changes(gas=scale.model_copy(update={"levels": {**scale.levels, **REWORDED}}), wording="By the river")
    revised = event(goal, g.Revised(changes=changed, reason="too_hard"), role="clinician", actor="c1")
    await http.record(replace(revised, entered_by="desk2"))
    position = await http.record(event(goal, entry("e3", level=0)))
    for read in ("entries", "moments"):
        await http.get(f"{path(goal)}/{read}", min_position=position)
    return goal


def begun(goal: GoalId, scale: GasScale) -> list[Event]:
    plan, _, *agreed = active_goal(goal)
    return [plan, event(goal, proposed(gas=scale, smart=smart())), *agreed]


def path(goal: GoalId) -> str:
    return f"/v1/orgs/{goal.org}/patients/{goal.patient}/goals/{goal.goal}"


async def test_moments_are_all_but_the_entries_of_the_diary(http: Http, goal: GoalId) -> None:
    history = (await http.get(f"{path(goal)}/history"))["items"]
    oldest = await http.get(f"{path(goal)}/moments")
    newest = await http.get(f"{path(goal)}/moments", order="newest", limit=1)
    before = await http.get(f"{path(goal)}/moments", order="newest", limit=1, cursor=newest["next"])

    wanted = [each for each in history if not each["type"].endswith("progress_logged.v1")]
    assert [each["version"] for each in oldest["items"]] == [each["version"] for each in wanted]
    for name in oldest["items"][0]:
        told, kept = oldest["items"][0][name], wanted[0][name]
        same = datetime.fromisoformat(told) == datetime.fromisoformat(kept) if "time" in name else told == kept
        assert same, name
    assert [each["items"][0]["version"] for each in (newest, before)] == [wanted[-1]["version"], wanted[-2]["version"]]
    assert newest["items"][0]["type"] == "cairn.goal.revised.v1"


async def test_a_history_can_be_read_from_its_end_and_without_the_diary(http: Http, goal: GoalId) -> None:
    whole = (await http.get(f"{path(goal)}/history"))["items"]
    newest = await http.get(f"{path(goal)}/history", order="newest", diary="false", limit=2)
    rest = await http.get(f"{path(goal)}/history", order="newest", diary="false", cursor=newest["next"])

    without = [each for each in whole if not each["type"].endswith("progress_logged.v1")]
    assert [*newest["items"], *rest["items"]] == without[::-1]


async def test_a_place_in_one_order_is_none_in_the_other(http: Http, goal: GoalId) -> None:
    for read in ("moments", "history"):
        first = await http.get(f"{path(goal)}/{read}", limit=1)
        await http.refused(f"{path(goal)}/{read}", 422, order="newest", cursor=first["next"])


async def test_of_each_text_it_is_told_who_wrote_it(http: Http, goal: GoalId) -> None:
    texts = await http.get(f"{path(goal)}/texts")

    assert (texts["statement"]["actor"], texts["statement"]["actorrole"]) == ("p1", "patient")
    assert texts["wording"]["text"] == "By the river"
    assert (texts["wording"]["actor"], texts["wording"]["enteredby"]) == ("c1", "desk2")
    assert [each["level"] for each in texts["steps"]] == [2, 1, 0, -1, -2]
    assert {each["text"]: each["actorrole"] for each in texts["steps"]} == dict.fromkeys(REWORDED.values(), "clinician")
    assert [each["levels"] == REWORDED for each in texts["scales"]] == [False, True]


async def test_a_step_that_was_not_reworded_stays_whose_it_was(http: Http, org: str) -> None:
    goal = GoalId(org, "p1", "g2")
    scale = gas()
    one = scale.model_copy(update={"levels": {**scale.levels, "1": "with my sister"}})
    revised = event(goal, g.Revised(changes=g.Changes(gas=one), reason="clinical"), role="clinician", actor="c1")
    position = await http.record(*begun(goal, scale), revised)

    steps = (await http.get(f"{path(goal)}/texts", min_position=position))["steps"]

    assert {each["level"]: each["actorrole"] for each in steps} == {
        **dict.fromkeys((2, 0, -1, -2), "patient"),
        1: "clinician",
    }


async def test_texts_are_told_as_they_stood(http: Http, goal: GoalId) -> None:
    first, *_ = (await http.get(f"{path(goal)}/moments"))["items"]
    then = await http.get(f"{path(goal)}/texts", position=first["position"])

    assert then["wording"] is None
    assert len(then["scales"]) == 1
    assert then["steps"][0]["actorrole"] == "patient"


async def test_a_level_says_under_which_texts_it_was_told(http: Http, goal: GoalId) -> None:
    texts = await http.get(f"{path(goal)}/texts")
    levels = (await http.get(f"{path(goal)}/levels"))["items"]
    none = await http.get(f"{path(goal)}/levels", to="2000-01-01")

    before, after = (each["version"] for each in texts["scales"])
    assert [(each["told_by"], each["level"], each["scale"]) for each in levels] == [
        ("baseline", -2, None),
        ("entry", -1, before),
        ("entry", 0, after),
    ]
    assert none["items"] == []


async def test_entries_of_some_days_come_with_the_first_and_the_last_day_of_all(http: Http, org: str) -> None:
    goal = GoalId(org, "p1", "g3")
    days = [NOON.date() + timedelta(days=number) for number in (0, 3, 1, 2)]
    told = (event(goal, entry(f"e{number}", day)) for number, day in enumerate(days))
    position = await http.record(*active_goal(goal), *told)

    found = await http.get(f"{path(goal)}/entries", min_position=position, from_=days[2], to=days[1], limit=2)
    rest = await http.get(f"{path(goal)}/entries", from_=days[2], to=days[1], cursor=found["next"])

    assert [each["entry"] for each in (*found["items"], *rest["items"])] == ["e1", "e2", "e3"]
    assert (date.fromisoformat(found["first_on"]), date.fromisoformat(found["last_on"])) == (days[0], days[1])


@pytest.mark.parametrize("read", ["entries", "levels", "moments", "texts"])
async def test_an_answer_is_as_it_is_described(http: Http, goal: GoalId, read: str) -> None:
    document = await http.get("/openapi.json")
    template = "/v1/orgs/{org}/patients/{patient}/goals/{goal}"
    described = document["paths"][f"{template}/{read}"]["get"]["responses"]["200"]["content"]["application/json"]

    jsonschema.validate(
        await http.get(f"{path(goal)}/{read}"), {**described["schema"], "components": document["components"]}
    )


async def test_days_must_be_in_order(http: Http, goal: GoalId) -> None:
    for read in ("entries", "levels"):
        await http.refused(f"{path(goal)}/{read}", 422, from_="2026-03-02", to="2026-03-01")


@pytest.mark.parametrize("read", ["moments", "texts", "levels"])
async def test_of_a_goal_that_is_not_there_nothing_is_told(http: Http, goal: GoalId, read: str) -> None:
    problem = await http.refused(f"{path(goal._replace(goal='nothing'))}/{read}", 404)

    assert problem["code"] == "goal.unknown"
