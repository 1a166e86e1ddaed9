"""HEAD is answered wherever GET is, with the same headers and no body."""

import httpx
import pytest

from events.identity import GoalId
from tests.builders import active_goal
from tests.integration.gateway.http import Http

ADDRESSES = (
    "/v1/orgs/{org}/goals",
    "/v1/orgs/{org}/reviews.ics",
    "/v1/orgs/{org}/patients/p1/goals/g1",
    "/v1/orgs/{org}/patients/p1/goals/g9",
    "/v1/orgs/{org}/goals?limit=0",
    "/v1/templates",
    "/v1/projections",
    "/v1/feed?after=999999999",
    "/v1/nothing",
    "/fhir/R4/metadata",
    "/fhir/R4/Goal?patient={org}.p1",
    "/healthz",
    "/openapi.json",
    "/docs",
)
_OF_THE_MOMENT = {"date", "content-length", "transfer-encoding"}
"""What may differ: an answer in pieces has no length before, and what has no body is not sent in pieces."""


@pytest.mark.parametrize("address", ADDRESSES)
async def test_the_answer_is_that_of_get_without_its_body(http: Http, org: str, address: str) -> None:
    position = await http.record(*active_goal(GoalId(org, "p1", "g1")))
    for told_by in ("reviews", "goals", "audit"):  # one of each projection
        await http.get(f"/v1/orgs/{org}/{told_by}", min_position=position)
    path = address.format(org=org)

    get, head = await http.client.get(path), await http.client.head(path)

    assert head.status_code == get.status_code
    assert head.content == b""
    assert lasting(head) == lasting(get)
    assert "content-length" in head.headers or "transfer-encoding" in get.headers


async def test_an_endless_answer_ends_with_its_headers(http: Http) -> None:
    """Over and over, so that none of them keeps a place among the live feeds."""
    for _ in range(120):
        head = await http.client.head("/v1/feed")

        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-type"].startswith("text/event-stream")


async def test_where_there_is_nothing_to_get_there_is_no_head(http: Http) -> None:
    head, delete = await http.client.head("/v1/events"), await http.client.delete("/v1/templates")

    assert (head.status_code, head.headers["allow"]) == (405, "POST")
    assert (delete.status_code, delete.headers["allow"]) == (405, "GET, HEAD")


async def test_it_is_counted_as_what_it_is(http: Http) -> None:
    await http.client.head("/v1/templates")

    metrics = (await http.ask("/metrics")).text

    assert any('method="HEAD"' in line and 'route="/v1/templates"' in line for line in metrics.splitlines())


def lasting(response: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name not in _OF_THE_MOMENT}
