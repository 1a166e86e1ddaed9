"""What is submitted over HTTP: how an event is told apart, addressed, and refused when it cannot be."""

import json

import pytest
from pydantic_core import to_json

from events.envelope import BATCH, MAX_EVENT_BYTES, STRUCTURED
from events.errors import Rejected
from events.identity import GoalId
from services.gateway.incoming_events import MAX_BATCH_EVENTS, Submission, is_batch, read_batch, read_event
from services.gateway.problems import RequestRefused

GOAL = GoalId("northside", "p1", "g1")
EVENT = {"specversion": "1.0", "id": "1", "subject": str(GOAL), "data": {}}


@pytest.mark.parametrize(
    "content_type", [STRUCTURED, f"{STRUCTURED}; charset=utf-8", "application/json", "Application/JSON"]
)
def test_a_structured_event_is_forwarded_as_it_came(content_type: str) -> None:
    body = json.dumps(EVENT, indent=2).encode()

    submission = read_event(body, {"Content-Type": content_type})

    assert submission == Submission(GOAL, body, {"content-type": STRUCTURED})


def test_a_binary_event_keeps_its_attributes_and_loses_other_headers() -> None:
    headers = {
        "Content-Type": "application/json",
        "CE-Id": "1",
        "ce-type": "cairn.goal.agreed.v1",
        "ce-subject": str(GOAL),
        "ce-actor": "J%C3%B3",
        "Authorization": "secret",
    }

    submission = read_event(b"{}", headers)

    assert submission.goal_id == GOAL
    assert submission.body == b"{}"
    assert submission.headers == {
        "content-type": "application/json",
        "ce-id": "1",
        "ce-type": "cairn.goal.agreed.v1",
        "ce-subject": str(GOAL),
        "ce-actor": "J%C3%B3",
    }


@pytest.mark.parametrize("missing", ["ce-type", "ce-subject"])
def test_a_binary_event_without_type_or_subject_is_refused_by_name(missing: str) -> None:
    headers = {"ce-id": "1", "ce-type": "cairn.goal.agreed.v1", "ce-subject": str(GOAL)}
    del headers[missing]

    with pytest.raises(Rejected) as refusal:
        read_event(b"{}", headers)

    assert [each.field for each in refusal.value.errors] == [missing.removeprefix("ce-")]


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_any_web_page_could_send_is_no_event(content_type: str) -> None:
    with pytest.raises(RequestRefused) as refusal:
        read_event(to_json(EVENT), {"content-type": content_type} if content_type else {})

    assert refusal.value.status == 415
    assert STRUCTURED in refusal.value.problem.detail


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "event.invalid"),
        (b"{", "event.invalid"),
        (b"\xff\xfe", "event.invalid"),
        (b"[]", "event.invalid"),
        (b"null", "event.invalid"),
        (b"[" * 100_000, "event.invalid"),
        (b'{"subject": ' + b"[" * 100_000, "event.invalid"),
        (b" " * (MAX_EVENT_BYTES + 1), "event.invalid"),
        (b"{}", "identity.mismatch"),
        (b'{"subject": 5}', "identity.mismatch"),
        (b'{"subject": "northside.p1"}', "identity.mismatch"),
        (b'{"subject": "northside.p1.g 1"}', "identity.mismatch"),
        (b'{"subject": "northside.p1.*"}', "identity.mismatch"),
        (b'{"subject": "a.b.c.d"}', "identity.mismatch"),
        (b'{"subject": "a.b.c\\u0000"}', "identity.mismatch"),
    ],
)
def test_an_event_without_an_address_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(Rejected) as refusal:
        read_event(body, {"content-type": STRUCTURED})

    assert refusal.value.code == code


def test_a_batch_is_told_by_its_content_type() -> None:
    assert is_batch(f"{BATCH}; charset=utf-8")
    assert not is_batch(STRUCTURED)


def test_a_batch_keeps_its_order_with_rejections_in_their_places() -> None:
    other = {**EVENT, "subject": "northside.p2.g1"}

    read = read_batch(to_json([EVENT, 5, other, {}]), {})

    assert [each.goal_id.patient if isinstance(each, Submission) else each.code for each in read] == [
        "p1",
        "event.invalid",
        "p2",
        "identity.mismatch",
    ]


def test_a_member_of_a_batch_says_the_same_as_when_it_comes_alone() -> None:
    event = {**EVENT, "data": {"note": "Grüße – “so”", "value": 0.1, "big": 2**60, "none": None}}

    [submission] = read_batch(to_json([event]), {})

    assert isinstance(submission, Submission)
    assert json.loads(submission.body) == event


@pytest.mark.parametrize("body", [b"{}", b"[", b"", to_json([EVENT] * (MAX_BATCH_EVENTS + 1))])
def test_a_batch_that_is_no_list_or_too_long_is_refused_whole(body: bytes) -> None:
    with pytest.raises(Rejected) as refusal:
        read_batch(body, {})

    assert refusal.value.code == "event.invalid"
