"""Medplum's validator and fhirpath.js go over every FHIR resource of the sample."""

from typing import Any

import httpx
import pytest

from tests.exchange.javascript import JavaScript

# Any below: FHIR resources are JSON, for a client to look into.
RELEASES = ("R4", "R5")
TYPES = ("Goal", "CarePlan", "Observation", "Provenance")
MOST_RESOURCES = 500


@pytest.fixture(scope="module")
async def resources(http: httpx.AsyncClient) -> dict[str, list[dict[str, Any]]]:
    """Everything that the FHIR endpoints answer with about the sample, by release; bundles and what is in them."""
    goals = (await http.get("/v1/orgs/northside/goals", params={"limit": 500})).json()["items"]
    patients = sorted({goal["patient"] for goal in goals})
    found: dict[str, list[dict[str, Any]]] = {}
    for release in RELEASES:
        base = f"/fhir/{release}"
        asked = [
            (f"{base}/metadata", {}),
            (f"{base}/Goal/nobody", {}),
            *((f"{base}/AuditEvent", {"patient": f"northside.{each}", "_count": "20"}) for each in patients[:3]),
            *((f"{base}/Goal/{goal['org']}.{goal['patient']}.{goal['goal']}/_history", {}) for goal in goals[:3]),
            *((f"{base}/{of}", {"patient": f"northside.{each}", "_count": "50"}) for of in TYPES for each in patients),
        ]
        answers = [(await http.get(path, params=query or None)).json() for path, query in asked]
        within = [entry["resource"] for answer in answers for entry in answer.get("entry", ()) if "resource" in entry]
        found[release] = [*answers, *within][:MOST_RESOURCES]
    return found


def test_each_is_valid(javascript: JavaScript, resources: dict[str, list[dict[str, Any]]]) -> None:
    told = javascript.told("fhir_resources.mjs", resources)

    assert told["wrong"] == []
    assert {release: told[release] for release in RELEASES} == {name: len(each) for name, each in resources.items()}
    assert {*TYPES, "AuditEvent"} <= {resource["resourceType"] for resource in resources["R4"]}
    assert told["evaluated"] > 4 * len(resources["R4"])


def test_what_is_not_is_found(javascript: JavaScript, resources: dict[str, list[dict[str, Any]]]) -> None:
    goal = next(each for each in resources["R4"] if each["resourceType"] == "Goal")
    ambiguous = {**goal, "target": [{"detailString": "three a week"}]}

    told = javascript.told("fhir_resources.mjs", {"R4": [{**goal, "wish": "x"}, ambiguous], "R5": [ambiguous]})

    assert [line.split("/")[0] for line in told["wrong"]] == ["R4 Goal", "R4 Goal", "R4 Goal", "R5 Goal"]
