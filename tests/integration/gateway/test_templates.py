"""Goal templates over HTTP, and a goal that is proposed from one."""

import pytest
from pydantic_core import to_json

from events.goal.types import Proposed
from events.identity import GoalId
from events.outcome import RejectedOutcome
from services.templates.library import library
from tests.builders import event, opened
from tests.conftest import Submit
from tests.integration.gateway.http import Http


async def test_templates_are_listed_by_life_area_and_title(http: Http) -> None:
    items = (await http.get("/v1/templates"))["items"]

    assert [each["id"] for each in items] == [template.id for template in library().latest()]
    assert [each["life_area"] for each in items] == sorted(each["life_area"] for each in items)


async def test_they_can_be_narrowed(http: Http) -> None:
    coping = (await http.get("/v1/templates", life_area="coping", framework="gas"))["items"]

    assert {(each["life_area"], *each["frameworks"]) for each in coping} == {("coping", "gas")}


async def test_one_is_read_in_its_latest_version_or_another(http: Http) -> None:
    latest = await http.get("/v1/templates/attend-groups")
    first = await http.get("/v1/templates/attend-groups", version=1)

    assert latest["version"] == max(latest["versions"])
    assert (first["version"], first["proposal"]["template"]) == (1, {"id": "attend-groups", "version": 1})


@pytest.mark.parametrize(("path", "query"), [("nothing", {}), ("attend-groups", {"version": 99})])
async def test_an_unknown_one_is_not_found(http: Http, path: str, query: dict[str, object]) -> None:
    problem = await http.refused(f"/v1/templates/{path}", 404, **query)

    assert problem["code"] == "template.unknown"


async def test_a_goal_names_the_template_it_was_proposed_from(http: Http, org: str) -> None:
    goal = GoalId(org, "p1", "groups")
    proposal = (await http.get("/v1/templates/attend-groups"))["proposal"]
    data = Proposed.model_validate_json(to_json({**proposal, "statement": "I want to stop hiding at home"}))
    position = await http.record(event(goal.plan, opened(), role="clinician"), event(goal, data))

    read = await http.get(f"/v1/orgs/{org}/patients/p1/goals/groups", min_position=position)

    assert read["template"] == {"id": "attend-groups", "version": 1}
    assert read["statement"] == "I want to stop hiding at home"
    assert read["missing"] == []


async def test_a_proposal_from_a_template_that_is_not_there_is_refused(http: Http, submit: Submit, org: str) -> None:
    goal = GoalId(org, "p1", "own")
    data = Proposed.model_validate_json(
        to_json({"statement": "Go", "kind": "process", "horizon": "short_term", "template": {"id": "x", "version": 7}})
    )
    await http.record(event(goal.plan, opened(), role="clinician"))

    refused = await submit(event(goal, data))

    assert isinstance(refused, RejectedOutcome)
    assert refused.code == "template.unknown"
