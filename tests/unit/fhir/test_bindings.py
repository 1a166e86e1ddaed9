"""Codes outside FHIR's required lists, and details without a measure, are refused with their place."""

import pytest

from services.fhir.incoming.refusal import Json, RefusedResource
from services.fhir.incoming.scores import read_score
from tests.unit.fhir.resources import coded, document, goal, mapped, score

MEASURE: Json = {"text": "weight"}
DUE: Json = {"dueDate": "2026-05-01"}


def quantity(comparator: str) -> Json:
    return {"value": 80, "comparator": comparator}


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"lifecycleStatus": "in-progress"}, "lifecycleStatus"),
        ({"text": {"status": "made up", "div": "<div/>"}}, "text.status"),
        ({"identifier": [{"value": "1"}, {"use": "main", "value": "2"}]}, "identifier[1].use"),
        (
            {"target": [DUE, {"measure": MEASURE, "detailQuantity": quantity("~")}]},
            "target[1].detailQuantity.comparator",
        ),
        (
            {"target": [{"measure": MEASURE, "detailRange": {"low": quantity("<")}}]},
            "target[0].detailRange.low.comparator",
        ),
        (
            {"target": [{"measure": MEASURE, "detailRatio": {"numerator": quantity("=")}}]},
            "target[0].detailRatio.numerator.comparator",
        ),
        ({"target": [{"dueDuration": {**quantity("about"), "code": "wk"}}]}, "target[0].dueDuration.comparator"),
        (
            {"achievementStatus": coded("done", "http://terminology.hl7.org/CodeSystem/goal-achievement")},
            "achievementStatus.coding[0].code",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("release", ["R4", "R5"])
def test_a_code_outside_a_required_list_refuses_the_goal(release: str, fields: Json, path: str) -> None:
    of_release = {"source": {"reference": "Patient/p1"}} if release == "R5" else {}

    with pytest.raises(RefusedResource) as refused:
        mapped(goal(**fields, **of_release))

    assert refused.value.path == path
    assert refused.value.detail.endswith(".")


@pytest.mark.parametrize(
    "detail",
    [
        {"detailQuantity": {"value": 3}},
        {"detailString": "more"},
        {"detailBoolean": False},
        {"detailInteger": 0},
        {"_detailString": {"id": "x"}, "detailString": "more"},
        {"measure": {}, "detailInteger": 3},
    ],
    ids=", ".join,
)
def test_a_detail_without_a_measure_refuses_the_goal_in_any_of_its_targets(detail: Json) -> None:
    with pytest.raises(RefusedResource, match="gol-1") as refused:
        mapped(goal(target=[DUE, detail]))

    assert refused.value.path == "target[1].measure"


def test_an_observation_with_a_code_outside_a_required_list_is_refused() -> None:
    read = document(score(identifier=[{"use": "main", "value": "1"}]))
    with pytest.raises(RefusedResource) as refused:
        read_score(read.scores[0], read)

    assert refused.value.path == "identifier[0].use"


@pytest.mark.parametrize(
    ("extension", "path"),
    [
        ({"url": "urn:cairn:fhir:goal-kind", "valueCode": "wish"}, "extension[0]"),
        ({"url": "urn:cairn:fhir:goal-horizon", "valueString": "soon"}, "extension[0]"),
        ({"url": "urn:cairn:fhir:goal-relevance", "valueString": "8"}, "extension[0]"),
        ({"url": "urn:cairn:fhir:goal-wording"}, "extension[0]"),
        (
            {"url": "urn:cairn:fhir:goal-smart", "extension": [{"url": "per", "valueCode": "year"}]},
            "extension[0].per",
        ),
        ({"url": "urn:cairn:fhir:goal-supports", "valueString": "g2"}, "extension[0]"),
        (
            {
                "url": "http://hl7.org/fhir/StructureDefinition/goal-acceptance",
                "extension": [{"url": "status", "valueCode": "perhaps"}],
            },
            "extension[0]",
        ),
    ],
    ids=lambda value: value.get("url", "").rpartition("/")[2] if isinstance(value, dict) else value,
)
def test_an_extension_that_holds_what_it_cannot_hold_refuses_the_goal(extension: Json, path: str) -> None:
    with pytest.raises(RefusedResource) as refused:
        mapped(goal(extension=[extension]))

    assert refused.value.path == path


def test_an_extension_of_ours_that_is_there_twice_refuses_the_goal() -> None:
    kind = {"url": "urn:cairn:fhir:goal-kind", "valueCode": "process"}

    with pytest.raises(RefusedResource, match="one of these already") as refused:
        mapped(goal(extension=[kind, kind]))

    assert refused.value.path == "extension[1]"


def test_a_range_in_an_extension_of_ours_is_kept_to() -> None:
    with pytest.raises(RefusedResource, match="Cairn's relevance cannot hold what it says"):
        mapped(goal(extension=[{"url": "urn:cairn:fhir:goal-relevance", "valueInteger": 11}]))
