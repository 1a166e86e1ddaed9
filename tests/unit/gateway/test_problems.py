"""Which HTTP status a rejection has, and what a problem detail says."""

import json

import pytest

from events.codes import CODES, KINDS
from events.errors import FieldError, Rejected
from events.outcome import RejectedOutcome
from services.gateway.problems import HTTP_STATUS, RequestRefused, problem_response, refused_read, refused_submission

INVALID = {
    *("event.invalid", "event.unknown_type", "identity.mismatch", "org.unknown", "gas.levels"),
    *("progress.out_of_range", "time.future"),
}
FORBIDDEN = {"access.denied", "access.consent_missing"}
TRY_AGAIN = {"log.unavailable", "log.busy", "log.replaced", "log.unfit"}


@pytest.mark.parametrize("code", sorted(code.name for code in CODES.values() if not code.gateway_only))
def test_a_rejected_submission_is_invalid_or_to_be_tried_again_or_against_a_rule(code: str) -> None:
    others = {**dict.fromkeys(INVALID, 422), **dict.fromkeys(TRY_AGAIN, 503), **dict.fromkeys(FORBIDDEN, 403)}
    expected = {**others, "log.full": 507}.get(code, 409)

    assert refused_submission(RejectedOutcome(code=code, detail="So.")).status == expected


def test_every_kind_of_code_has_an_http_status() -> None:
    assert HTTP_STATUS.keys() == KINDS.keys()


@pytest.mark.parametrize("code", ["goal.unknown", "org.unknown", "plan.missing"])
def test_reading_what_is_not_there_is_404(code: str) -> None:
    assert refused_read(Rejected(code, "It is not there.")).status == 404


def test_reading_under_an_id_that_is_none_is_422() -> None:
    assert refused_read(Rejected("identity.mismatch", "No token.")).status == 422


def test_a_problem_carries_the_outcome_s_code_sentence_fields_and_version() -> None:
    outcome = RejectedOutcome.of(
        Rejected("goal.vague", "Not yet.", (FieldError("smart.due", "When is it due?"),), version=4)
    )

    response = problem_response(refused_submission(outcome))

    assert response.status_code == 409
    assert response.media_type == "application/problem+json"
    assert json.loads(bytes(response.body)) == {
        "type": "urn:cairn:problem:goal.vague",
        "title": CODES["goal.vague"].meaning,
        "status": 409,
        "code": "goal.vague",
        "detail": "Not yet.",
        "errors": [{"field": "smart.due", "detail": "When is it due?"}],
        "version": 4,
    }


def test_what_may_pass_says_when_to_try_again() -> None:
    assert problem_response(RequestRefused("log.busy", "Wait.")).headers["retry-after"] == "2"
    assert "retry-after" not in problem_response(RequestRefused("goal.closed", "Over.")).headers


def test_a_code_of_a_newer_goals_service_is_passed_on() -> None:
    refused = refused_submission(RejectedOutcome(code="goal.too_new", detail="A rule of tomorrow."))

    assert (refused.status, refused.problem.code) == (409, "goal.too_new")
    assert refused.problem.title
