"""A refusal is worded as the address that was asked words it."""

import json

import pytest

from services.gateway.problems import RequestRefused
from services.gateway.refusals import refusal_answer


@pytest.mark.parametrize(
    ("path", "status", "media"),
    [
        ("/v1/orgs/o/goals", 422, "application/problem+json"),
        ("/fhir/R4/Goal", 400, "application/fhir+json"),
        ("/fhirless", 422, "application/problem+json"),
    ],
)
def test_parameters_that_cannot_be_used_are_422_or_with_fhir_400(path: str, status: int, media: str) -> None:
    answer = refusal_answer({"path": path}, RequestRefused("request.invalid", "There is no such parameter."))

    assert (answer.status_code, answer.headers["content-type"]) == (status, media)


def test_what_may_be_tried_again_says_when() -> None:
    answer = refusal_answer(
        {"path": "/fhir/R5/Goal/a.b.c"}, RequestRefused("log.unavailable", "The log cannot be read now.")
    )

    assert answer.headers["retry-after"]
    (issue,) = json.loads(bytes(answer.body))["issue"]
    assert (issue["code"], issue["details"]["coding"][0]["code"]) == ("transient", "log.unavailable")


def test_a_mistake_of_cairns_own_is_an_exception() -> None:
    answer = refusal_answer({"path": "/fhir/R4/metadata"}, RequestRefused("internal.error", "Cairn made a mistake."))

    assert json.loads(bytes(answer.body))["issue"][0]["code"] == "exception"
